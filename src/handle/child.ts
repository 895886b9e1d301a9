import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { failureOf, HandlerMistake } from './failure.ts';
import { isHandler, type Handler } from './handler.ts';
import type { Asked, Described, Refused, RunHost, RunReport, Said } from './protocol.ts';
import { runOnce } from './run.ts';
import { ShopifyError } from './shopify-error.ts';

/**
 * The process that runs handlers, one run at a time. It has no connection to Redis or MongoDB: it asks its publisher. It
 * may end at any line.
 */
const [MOST_MB] = process.argv.slice(2).map(Number);
const guard = new URL(`./guard${path.extname(import.meta.filename)}`, import.meta.url);
new Worker(guard, {
  workerData: { publisher: process.ppid, mostBytes: (MOST_MB ?? 0) * 1024 * 1024 },
  execArgv: [],
}).unref();
process.on('disconnect', () => process.exit());
// Node would print the message, which may quote customer data.
process.on('uncaughtException', (error) => {
  const report: RunReport = { outcome: 'failed', because: failureOf(error), unreached: [] };
  process.send?.({ type: 'report', report } satisfies Said, () => process.exit(1));
});

const say = (said: Said) => process.send?.(said);
/** Calls that the publisher has not answered yet. */
const calls = new Map<number, PromiseWithResolvers<string | null>>();
let number = 0;
let abort = new AbortController();

const call = (ask: (number: number) => Said): Promise<string | null> => {
  const answer = Promise.withResolvers<string | null>();
  number += 1;
  calls.set(number, answer);
  say(ask(number));
  return answer.promise;
};

function errorOf(refused: Refused): Error {
  return refused.by === 'shopify'
    ? new ShopifyError(refused.code, refused.detail)
    : new HandlerMistake(refused.because);
}

const hostOf = (signal: AbortSignal): RunHost => ({
  keep: (step) => call((number) => ({ type: 'keep', number, step })),
  keepUndone: async (name) => {
    await call((number) => ({ type: 'undone', number, name }));
  },
  setOff: async (message) => (await call((number) => ({ type: 'set_off', number, message }))) ?? '',
  shopify: async (asked) => (await call((number) => ({ type: 'shopify', number, asked }))) ?? 'null',
  log: (level, text, fields) => say({ type: 'log', level, text, fields }),
  now: Date.now,
  signal,
});

async function exportsOf(file: string): Promise<[string, Handler][]> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  return Object.entries(module).filter((entry): entry is [string, Handler] => isHandler(entry[1]));
}

async function describe(file: string): Promise<Said> {
  try {
    const handlers = (await exportsOf(file)).map(([exported, { run, ...options }]): Described => ({
      exported,
      options: { ...options, run: typeof run } as Described['options'],
    }));
    return { type: 'described', handlers };
  } catch (error) {
    return { type: 'cannot_load', because: loadFailureOf(error) };
  }
}

/** No customer data exists while a file is loaded, so the whole message helps. */
function loadFailureOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : failureOf(error);
}

async function run({ file, exported, request }: Asked & { type: 'run' }): Promise<Said> {
  abort = new AbortController();
  try {
    const found = (await exportsOf(file)).find(([name]) => name === exported);
    if (!found) throw new Error('it has gone');
    return { type: 'report', report: await runOnce(found[1], request, hostOf(abort.signal)) };
  } catch (error) {
    const because = `its file cannot be loaded any more: ${failureOf(error)}`;
    return { type: 'report', report: { outcome: 'failed', because, unreached: [] } };
  }
}

process.on('message', (asked: Asked) => {
  if (asked.type === 'describe') void describe(asked.file).then(say);
  else if (asked.type === 'run') void run(asked).then(say);
  else if (asked.type === 'abort') abort.abort(new DOMException('the time is over', 'TimeoutError'));
  else {
    const answer = calls.get(asked.number);
    calls.delete(asked.number);
    if (asked.type === 'answered') answer?.resolve(asked.result);
    else answer?.reject(errorOf(asked.refused));
  }
});
