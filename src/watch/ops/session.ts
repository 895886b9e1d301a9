import { ask } from './ask.ts';
import { plainJson, plainLines } from './plain.ts';
import { targetOf, type Target } from './target.ts';

/** One call of the command line: whom it asks, and where it prints. JSON is alone on stdout; all else is stderr. */
export interface Session {
  json: boolean;
  /** @throws OpsProblem where nobody is to be asked */
  target: () => Target;
  ask: <Answer>(place: string, signal?: AbortSignal) => Promise<Answer>;
  send: <Answer>(place: string, body: object) => Promise<Answer>;
  /** The answer: as JSON, or in words. */
  show: (json: unknown, text: string) => void;
  /** One line of JSON, or of words. */
  showLine: (json: unknown, text: string) => void;
  /** Beside the answer. */
  say: (text: string) => void;
}

export interface GlobalOptions {
  json?: boolean;
  url?: string;
  token?: string;
}

export function openSession({ json = false, url, token }: GlobalOptions): Session {
  const target = () => targetOf({ url, token });
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  return {
    json,
    target,
    ask: (place, signal) => ask(target(), place, undefined, signal),
    send: (place, body) => ask(target(), place, body),
    show: (value, text) => print(json ? plainJson(value) : plainLines(text)),
    showLine: (value, text) => print(json ? plainJson(value, 0) : plainLines(text)),
    say: (text) => void process.stderr.write(`${plainLines(text)}\n`),
  };
}
