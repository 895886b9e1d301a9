import { ask, openBody, type ChangeMethod } from './ask.ts';
import type { ExitName } from './exit.ts';
import { plainJson, plainLines } from './plain.ts';
import { startProgress, type ProgressBar } from './progress.ts';
import { targetOf, type Target } from './target.ts';
import type { Terminal } from './terminal.ts';

/** One run of the command line: which API it calls, and where it prints. Only the answer goes to stdout. */
export interface Session {
  json: boolean;
  /** @throws OpsProblem if no address or token is known, or one is invalid */
  target: () => Target;
  ask: <Answer>(place: string, signal?: AbortSignal) => Promise<Answer>;
  /** A change; POST by default. */
  send: <Answer>(place: string, body: object, method?: ChangeMethod) => Promise<Answer>;
  /** A long answer, as it arrives. */
  open: (place: string) => Promise<AsyncIterable<Uint8Array>>;
  /** Prints the answer: JSON with `--json`, text otherwise. */
  show: (json: unknown, text: string) => void;
  /** Prints one line of the answer. */
  showLine: (json: unknown, text: string) => void;
  /** Prints a message to stderr. */
  say: (text: string) => void;
  /** Sets the exit code; the command continues. */
  endAs: (ending: ExitName) => void;
  startProgress: (what: string, total?: number) => ProgressBar;
  terminal: Pick<Terminal, 'drained' | 'env' | 'folder' | 'isScreen' | 'print'>;
}

export interface GlobalOptions {
  json?: boolean;
  url?: string;
  token?: string;
}

export function openSession(
  { json = false, url, token }: GlobalOptions,
  terminal: Terminal,
  endAs: Session['endAs'],
): Session {
  const target = () => targetOf({ url, token }, terminal);
  const print = (text: string) => terminal.print(`${text}\n`);
  return {
    json,
    target,
    ask: (place, signal) => ask(target(), place, { signal }),
    send: (place, body, method = 'POST') => ask(target(), place, { method, body }),
    open: (place) => openBody(target(), place),
    show: (value, text) => print(json ? plainJson(value) : plainLines(text)),
    showLine: (value, text) => print(json ? plainJson(value, 0) : plainLines(text)),
    say: (text) => terminal.say(`${plainLines(text)}\n`),
    endAs,
    startProgress: (what, total) => startProgress(terminal.bars, what, total),
    terminal,
  };
}
