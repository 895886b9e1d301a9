import { setTimeout as sleep } from 'node:timers/promises';
import { HandlerProcess } from './handler-process.ts';
import { HandlerMistake } from './failure.ts';
import type { Refused, RunHost, RunReport, RunRequest, Said } from './protocol.ts';
import { ShopifyError } from './shopify-error.ts';

/** Where a handler is in the user's code. */
export interface HandlerPlace {
  file: string;
  exported: string;
}

/** What a run needs from the publisher. */
type RunnerHost = Pick<RunHost, 'keep' | 'keepUndone' | 'setOff' | 'shopify' | 'log'>;

/** Runs a handler once. @throws what `host` threw, or the signal's reason if the lock was lost */
export type RunHandler = (request: RunRequest, host: RunnerHost, signal: AbortSignal) => Promise<RunReport>;

export interface Runner {
  run: RunHandler;
  close: () => Promise<void>;
}

/** After `signal` was aborted, the code may take so long to end by itself. */
const GRACE_MS = 500;
/** An idle process takes about 50 MB. */
const IDLE_MS = 30_000;

/**
 * Runs a handler in processes of its own: one run at a time each, so that `process.exit()`, an endless loop or a leak
 * ends only that run. A process is used again only after a run that ended as it should.
 */
export function createRunner(place: HandlerPlace): Runner {
  const idle = new Map<HandlerProcess, NodeJS.Timeout>();
  const all = new Set<HandlerProcess>();

  const take = (): HandlerProcess => {
    const [known] = idle;
    if (known) {
      clearTimeout(known[1]);
      idle.delete(known[0]);
      return known[0];
    }
    const made = new HandlerProcess();
    all.add(made);
    void made.ended.then(() => {
      all.delete(made);
      clearTimeout(idle.get(made));
      idle.delete(made);
    });
    return made;
  };
  const giveBack = (process: HandlerProcess) => {
    const timer = setTimeout(() => void process.kill(), IDLE_MS).unref();
    if (all.has(process)) idle.set(process, timer);
  };

  return {
    run: async (request, host, signal) => {
      const process = take();
      let report: RunReport | null = null;
      try {
        report = await runIn(process, { place, request, host, signal });
        return report;
      } finally {
        process.onSaid(null);
        if (report?.outcome === 'done') giveBack(process);
        else await process.kill();
      }
    },
    close: async () => {
      await Promise.all([...all].map((process) => process.kill()));
    },
  };
}

interface Run {
  place: HandlerPlace;
  request: RunRequest;
  host: RunnerHost;
  signal: AbortSignal;
}

async function runIn(process: HandlerProcess, { place, request, host, signal }: Run): Promise<RunReport> {
  const end = Promise.withResolvers<RunReport>();
  process.onSaid((said) => {
    if (said.type === 'report') end.resolve(said.report);
    else void hear(said, process, host, signal).catch(end.reject);
  });
  process.ask({ type: 'run', ...place, request });
  const late = async () => {
    await aborted(signal);
    if (!isTimeout(signal.reason)) throw signal.reason;
    process.ask({ type: 'abort' });
    await sleep(GRACE_MS);
    return failed(`it did not end within ${request.timeoutMs} ms`);
  };
  return await Promise.race([end.promise, process.ended.then(failed), late()]);
}

/** A publisher that has lost the lane's lock keeps nothing more: another one may run the same steps. */
async function hear(
  said: Said,
  process: HandlerProcess,
  host: RunnerHost,
  signal: AbortSignal,
): Promise<void> {
  if (said.type === 'log') return host.log(said.level, said.text, said.fields);
  if (!isQuestion(said)) return;
  if (signal.aborted && !isTimeout(signal.reason)) throw signal.reason;
  const { number } = said;
  try {
    process.ask({ type: 'answered', number, result: await answerTo(said, host) });
  } catch (error) {
    const refused = refusedBy(error);
    if (!refused) throw error;
    process.ask({ type: 'refused', number, refused });
  }
}

type Question = Extract<Said, { number: number }>;

function isQuestion(said: Said): said is Question {
  return 'number' in said;
}

async function answerTo(said: Question, host: RunnerHost): Promise<string | null> {
  switch (said.type) {
    case 'keep':
      return await host.keep(said.step);
    case 'set_off':
      return await host.setOff(said.message);
    case 'shopify':
      return await host.shopify(said.asked);
    case 'undone':
      await host.keepUndone(said.name);
      return null;
  }
}

/** What the user's code is told; null: the run cannot continue. */
function refusedBy(error: unknown): Refused | null {
  if (error instanceof ShopifyError) return { by: 'shopify', code: error.code, detail: error.detail };
  return error instanceof HandlerMistake ? { by: 'lockstep', because: error.message } : null;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

function failed(because: string): RunReport {
  return { outcome: 'failed', because, unreached: [] };
}
