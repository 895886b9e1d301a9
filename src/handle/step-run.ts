import type { HandlerContext, Step, StepOptions, StepTools } from './handler.ts';
import { failureOf, HandlerMistake } from './failure.ts';
import { Inside } from './inside.ts';
import { smallJsonOf } from './json-of.ts';
import type { KeptStep, NewStep, RunHost, RunReport, RunRequest } from './protocol.ts';

const LONGEST_NAME = 100;
/** Names that Lockstep gives: `sleep 1`, `effect 1`, `effect <name>`. */
const OWN_NAME = /^(sleep|effect) /;
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
  readonly #inside: Inside;
  #sleeps = 0;
  #effects = 0;

  /** @param handler its name */
  constructor(handler: string, request: RunRequest, host: RunHost) {
    this.#inside = new Inside(handler);
    this.#request = request;
    this.#host = host;
    this.#kept = new Map(request.kept.map((step) => [step.name, step]));
  }

  /** Resolves if the run ends before its code does. */
  get stopped(): Promise<RunReport> {
    return this.#stop.promise;
  }

  readonly step: Step = async (name, run, options = {}) => {
    this.#inside.refuse('step', `step "${String(name).slice(0, LONGEST_NAME)}"`);
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
    this.#inside.refuse('sleepUntil', 'sleepUntil');
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

  readonly effect: HandlerContext['effect'] = async (destination, body, { name: given } = {}) => {
    this.#inside.refuse('effect', 'effect');
    const name = `effect ${given ?? this.#nextEffect()}`;
    this.#reachNamed(name);
    const kept = this.#kept.get(name);
    const onlyLooks = this.#request.undoes && this.#inside.undoing === null;
    if (onlyLooks && (!kept || this.#knowsHowToUndo())) return await this.#end({ outcome: 'undone' });
    if (kept) return valueOf(kept.result) as string;
    const setOff = this.#setOff(name, destination, body);
    this.#underWay.add(setOff);
    try {
      return await setOff;
    } finally {
      this.#underWay.delete(setOff);
    }
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
        const tools = this.#toolsOf(`${name}/undo`);
        await this.#inside.run('compensation', name, () => compensate(valueOf(result), tools));
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
    if (typeof name === 'string' && OWN_NAME.test(name))
      throw new HandlerMistake('the names of steps must not begin with "sleep " or "effect "');
    if (typeof run !== 'function') throw new HandlerMistake(`step "${name}" has no function`);
    this.#reachNamed(name);
  }

  #reachNamed(name: string): void {
    if (typeof name !== 'string' || name === '' || name.length > LONGEST_NAME)
      throw new HandlerMistake(`a step's name must be text of 1 to ${LONGEST_NAME} characters`);
    if (this.#reached.has(name)) throw new HandlerMistake(`two steps of one run are named "${name}"`);
    this.#reached.add(name);
  }

  /** A compensation's is named by its step: how many calls the code made before depends on where it stopped. */
  #nextEffect(): string {
    const { undoing } = this.#inside;
    if (undoing !== null) return `of undoing ${undoing}`;
    this.#effects += 1;
    return String(this.#effects);
  }

  async #setOff(name: string, destination: unknown, value: unknown): Promise<string> {
    if (typeof destination !== 'string') throw new HandlerMistake(`${name}: the destination is not text`);
    const body = smallJsonOf(`the body of ${name}`, value);
    if (body === null) throw new HandlerMistake(`the body of ${name} is not JSON`);
    return await this.#host.setOff({ name, destination, body });
  }

  async #runFirst(name: string, run: (tools: StepTools) => unknown, canUndo: boolean): Promise<unknown> {
    let value: unknown;
    try {
      value = await this.#inside.run('step', name, () => run(this.#toolsOf(name)));
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#failed.set(error, name);
      throw error;
    }
    const step: NewStep = {
      name,
      kind: 'step',
      result: smallJsonOf(`the result of step "${name}"`, value),
      canUndo,
    };
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
