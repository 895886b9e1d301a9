import type { HandlerContext, Step, StepOptions, StepTools } from './handler.ts';
import { failureOf, HandlerMistake } from './failure.ts';
import type { KeptStep, NewStep, RunHost, RunReport, RunRequest } from './protocol.ts';

/** A result is kept in one document beside those of all other steps. */
const MOST_RESULT_BYTES = 64 * 1024;
const LONGEST_NAME = 100;
/** Names that Lockstep gives: `sleep 1`, `sleep 2`. */
const OWN_NAME = /^sleep \d+$/;
/** Longer is a mistake, such as seconds taken for milliseconds. */
const LONGEST_SLEEP_MS = 366 * 86_400_000;

type Compensate = NonNullable<StepOptions<unknown>['compensate']>;

/** The steps of one run. What must not run any more gets a promise that never resolves. */
export class StepRun {
  readonly #request: RunRequest;
  readonly #host: RunHost;
  readonly #kept: ReadonlyMap<string, KeptStep>;
  readonly #reached = new Set<string>();
  readonly #compensations = new Map<string, Compensate>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #failed = new WeakMap<object, string>();
  readonly #stop = Promise.withResolvers<RunReport>();
  #sleeps = 0;

  constructor(request: RunRequest, host: RunHost) {
    this.#request = request;
    this.#host = host;
    this.#kept = new Map(request.kept.map((step) => [step.name, step]));
  }

  /** Resolves if the run ends before its code does. */
  get stopped(): Promise<RunReport> {
    return this.#stop.promise;
  }

  readonly step: Step = async (name, run, options = {}) => {
    this.#reach(name, run);
    if (options.compensate) this.#compensations.set(name, options.compensate as Compensate);
    const kept = this.#kept.get(name);
    if (this.#request.undoes && (!kept || this.#knowsHowToUndo()))
      return await this.#end({ outcome: 'undone' });
    if (kept) return valueOf(kept.result) as never;
    const first = this.#runFirst(name, run, options.compensate !== undefined);
    this.#underWay.add(first);
    try {
      return (await first) as never;
    } finally {
      this.#underWay.delete(first);
    }
  };

  readonly sleepUntil: HandlerContext['sleepUntil'] = async (time) => {
    this.#sleeps += 1;
    const name = `sleep ${this.#sleeps}`;
    this.#reached.add(name);
    const kept = this.#kept.get(name)?.result;
    if (kept === undefined && this.#request.undoes) return await this.#end({ outcome: 'undone' });
    const text = kept ?? (await this.#keepSleep(name, time));
    const until = Number(text);
    if (until <= this.#host.now()) return;
    await this.settled();
    await this.#end({ outcome: 'asleep', until });
  };

  /** The step whose function threw this. */
  failedIn(error: unknown): string | undefined {
    return typeof error === 'object' && error !== null ? this.#failed.get(error) : undefined;
  }

  /** Kept steps that the code did not ask for, with the version that ran them. */
  unreached(): string[] {
    return [...this.#kept.values()]
      .filter(({ name }) => !this.#reached.has(name))
      .map(({ name, version }) => `"${name}" of version ${version}`);
  }

  /** Waits for steps that run beside the one that ended the run: their results are not lost. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Undoes what is kept and not yet undone, the last step first. */
  async undo(): Promise<RunReport> {
    for (const { name, result, version } of this.#toUndo().toReversed()) {
      const compensate = this.#compensations.get(name);
      if (!compensate) return failed(cannotUndo(name, version, this.#request.version));
      try {
        await compensate(valueOf(result), this.#toolsOf(`${name}/undo`));
      } catch (error) {
        return failed(`undoing step "${name}": ${failureOf(error)}`);
      }
      await this.#host.keepUndone(name);
    }
    return { outcome: 'undone' };
  }

  #toUndo(): KeptStep[] {
    return [...this.#kept.values()].filter(({ canUndo, isUndone }) => canUndo && !isUndone);
  }

  /** Then the handler need not run any further. */
  #knowsHowToUndo(): boolean {
    return this.#toUndo().every(({ name }) => this.#compensations.has(name));
  }

  #reach(name: string, run: unknown): void {
    if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME || OWN_NAME.test(name))
      throw new HandlerMistake(
        `a step's name must be text of 1 to ${LONGEST_NAME} characters, and not "sleep <n>"`,
      );
    if (typeof run !== 'function') throw new HandlerMistake(`step "${name}" has no function`);
    if (this.#reached.has(name)) throw new HandlerMistake(`two steps of one run are named "${name}"`);
    this.#reached.add(name);
  }

  async #runFirst(name: string, run: (tools: StepTools) => unknown, canUndo: boolean): Promise<unknown> {
    let value: unknown;
    try {
      value = await run(this.#toolsOf(name));
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#failed.set(error, name);
      throw error;
    }
    const step: NewStep = { name, kind: 'step', result: jsonOf(name, value), canUndo };
    return valueOf(await this.#host.keep(step));
  }

  async #keepSleep(name: string, time: unknown): Promise<string | null> {
    const until = time instanceof Date ? time.getTime() : Number.NaN;
    if (Number.isNaN(until)) throw new HandlerMistake('sleepUntil needs a valid Date');
    if (until > this.#host.now() + LONGEST_SLEEP_MS)
      throw new HandlerMistake('sleepUntil: the time is more than a year ahead');
    return await this.#host.keep({ name, kind: 'sleep', result: String(until), canUndo: false });
  }

  /** Ends the run. The code behind it does not continue. */
  #end(report: RunReport): Promise<never> {
    this.#stop.resolve(report);
    return new Promise<never>(() => undefined);
  }

  #toolsOf(name: string) {
    return { key: `${this.#request.key}/${name}`, signal: this.#host.signal };
  }
}

function failed(because: string): RunReport {
  return { outcome: 'failed', because, unreached: [] };
}

function cannotUndo(name: string, ran: number, now: number): string {
  return `step "${name}" of version ${ran} must be undone, but version ${now} did not say how before it stopped`;
}

function valueOf(result: string | null): unknown {
  return result === null ? undefined : (JSON.parse(result) as unknown);
}

function jsonOf(name: string, value: unknown): string | null {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    throw new HandlerMistake(`the result of step "${name}" is not JSON`);
  }
  const bytes = text === undefined ? 0 : Buffer.byteLength(text);
  if (bytes > MOST_RESULT_BYTES)
    throw new HandlerMistake(
      `the result of step "${name}" has ${bytes} bytes; at most ${MOST_RESULT_BYTES} are kept`,
    );
  return text ?? null;
}
