import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitingEvent } from '../../order/event.ts';
import type { Collections } from '../../persist/collections.ts';
import type { ParkedSelection } from '../../persist/parked-selection.ts';
import type { ParkedStore } from '../../persist/parked-store.ts';
import type { ReplayDocument } from '../../persist/replay-schema.ts';
import type { ReplayStore } from '../../persist/replay-store.ts';
import { messageOf } from '../../system/errors.ts';
import type { Logger } from '../../system/log.ts';

export interface ReplayTools {
  collections: Pick<Collections, 'events'>;
  runs: ReplayStore;
  parked: ParkedStore;
  /** Puts one event back into its mailbox. @throws if Redis does not accept it */
  putBack: (event: WaitingEvent) => Promise<unknown>;
  now: () => number;
  log: Logger;
}

/** The shortest step: events go back smoothly, and few enough at a time that a run stops soon. */
const STEP_MS = 20;
/** More than a fifth of at least ten events parked again: the cause is not fixed, and the run stops. */
const LEAST_TO_JUDGE = 10;
const MOST_PARKED_AGAIN = 0.2;
const JUDGE_EVERY_MS = 500;
/** Ids read per query: otherwise a filter that matches few of many events would be searched at each step. */
const PAGE = 1000;

interface Ending {
  state: 'done' | 'stopped' | 'interrupted';
  because: string | null;
}

/**
 * One replay from start to end: claims, puts back and counts events step by step, at the requested rate. Each
 * step writes a heartbeat to MongoDB, and so learns whether the run was ended from outside.
 */
export class RunningReplay {
  readonly #run: ReplayDocument;
  readonly #which: ParkedSelection;
  readonly #tools: ReplayTools;
  readonly #stopping: AbortSignal;
  /** Ids read and not tried yet. */
  #page: string[] = [];
  #more = true;
  #replayed = 0;
  #judgedAt = 0;

  constructor(run: ReplayDocument, which: ParkedSelection, tools: ReplayTools, stopping: AbortSignal) {
    this.#run = run;
    this.#which = which;
    this.#tools = tools;
    this.#stopping = stopping;
  }

  /** Does not throw: a run that fails records why. */
  async go(): Promise<void> {
    try {
      const ended = await this.#steps();
      if (ended) await this.#end(ended);
    } catch (error) {
      const because = messageOf(error);
      this.#tools.log.warn({ replay: this.#run._id, because }, 'a replay stopped');
      await this.#end({ state: 'stopped', because }).catch(() => undefined);
    }
  }

  /** Null if the run was ended from outside. */
  async #steps(): Promise<Ending | null> {
    const { rate } = this.#run;
    const pace = Math.max(1000 / rate, STEP_MS);
    const perStep = Math.max(1, Math.round((rate * pace) / 1000));
    for (let due = performance.now(); ; due = Math.max(due + pace, performance.now())) {
      await this.#until(due);
      if (this.#stopping.aborted) return { state: 'interrupted', because: 'its program was stopped' };
      if (!(await this.#step(perStep))) return null;
      if (this.#page.length === 0 && !this.#more) return { state: 'done', because: null };
      const verdict = await this.#judge();
      if (verdict) return verdict;
    }
  }

  /** Whether the run continues. @throws if Redis or MongoDB is down, after counting what was put back */
  async #step(count: number): Promise<boolean> {
    if (this.#page.length === 0) await this.#readOn();
    const events = this.#page.splice(0, count);
    const tried = await Promise.allSettled(events.map((event) => this.#replay(event)));
    const replayed = tried.filter((each) => each.status === 'fulfilled' && each.value).length;
    this.#replayed += replayed;
    const continues = await this.#heartbeat(replayed);
    for (const each of tried) if (each.status === 'rejected') throw each.reason;
    return continues;
  }

  async #readOn(): Promise<void> {
    const { _id, startedAt } = this.#run;
    this.#page = await this.#tools.parked.next(this.#which, _id, startedAt, PAGE);
    this.#more = this.#page.length === PAGE;
  }

  /** Whether this run put it back. @throws if Redis does not accept it; the event is then parked again */
  async #replay(event: string): Promise<boolean> {
    const { parked, putBack, collections, runs, now } = this.#tools;
    const claim = { run: this.#run._id, at: new Date(now()), entry: this.#run.entry };
    const taken = await parked.claim(event, claim);
    if (!taken) return false;
    // The event belonged to an earlier run until now: that run keeps the count.
    if (taken.before !== null) await runs.countParkedAgain(taken.before);
    try {
      // If it was processed after all, do not put it back: its order may no longer remember it.
      const ended = await collections.events.exists({ _id: event, outcome: { $ne: 'parked' } });
      if (!ended) await putBack(taken.event);
    } catch (error) {
      await parked.giveBack(event, claim);
      throw error;
    }
    await parked.replayed(event, taken.event.order, claim);
    return true;
  }

  /** Writes the heartbeat and the count; false if the run must not continue. */
  async #heartbeat(replayed: number): Promise<boolean> {
    return await this.#tools.runs.beat(this.#run._id, new Date(this.#tools.now()), replayed);
  }

  async #judge(): Promise<Ending | null> {
    const now = performance.now();
    if (this.#replayed < LEAST_TO_JUDGE || now - this.#judgedAt < JUDGE_EVERY_MS) return null;
    this.#judgedAt = now;
    const again = await this.#tools.parked.parkedAgain(this.#run._id);
    return again > this.#replayed * MOST_PARKED_AGAIN
      ? { state: 'stopped', because: `${again} of ${this.#replayed} were parked again` }
      : null;
  }

  async #end({ state, because }: Ending): Promise<void> {
    await this.#tools.runs.end(this.#run._id, { state, because, endedAt: new Date(this.#tools.now()) });
  }

  async #until(due: number): Promise<void> {
    const ms = due - performance.now();
    if (ms > 0) await sleep(ms, undefined, { signal: this.#stopping }).catch(() => undefined);
  }
}
