import type { Heartbeat } from '../../system/heartbeats.ts';
import { messageOf } from '../../system/errors.ts';
import type { Logger } from '../../system/log.ts';
import { repeating, type Repeating } from '../../system/repeating.ts';
import { within } from '../../system/within.ts';
import { AppliedRate, ackP99Of, growth, type StatusSample } from './rates.ts';
import type { Now, Sample, SystemStatus } from '../shapes/system.ts';

/** What a sampler reads. */
export interface SamplerTools {
  status: () => Promise<SystemStatus>;
  heartbeats: () => Promise<Heartbeat[]>;
  log: Logger;
  now: () => number;
}

const EVERY_MS = 1000;
/** 15 minutes. */
const KEPT = 900;
/** How many samples the current rate is averaged over. */
const RATE_OVER = 10;
const HEARTBEATS_MS = 2000;

/** Receives each sample. */
interface Listener {
  now: (now: Now) => void;
  /** No more samples will come. */
  end: () => void;
}

/**
 * Reads the status once a second, for all pages of this process together, and keeps the last 15 minutes.
 * While Redis is down, its figures are null. Readings do not overlap: if one takes long, there are fewer
 * samples, but requests do not pile up.
 */
export class Sampler {
  readonly #tools: SamplerTools;
  readonly #applied = new AppliedRate();
  readonly #listeners = new Set<Listener>();
  readonly #readings: Repeating;
  #samples: Sample[] = [];
  #before: StatusSample | null = null;
  #last: Now | null = null;
  #stopped = false;

  constructor(tools: SamplerTools) {
    this.#tools = tools;
    this.#readings = repeating(
      'sampler',
      EVERY_MS,
      () => this.#sample(),
      (error) => tools.log.warn({ because: messageOf(error) }, 'could not take a sample'),
    );
  }

  start(): void {
    this.#readings.start();
    void this.sample();
  }

  /** Ends every stream: an open one would delay the stop of the server. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
    await this.#readings.stop();
  }

  /** Takes one reading, or joins the one under way. */
  sample(): Promise<void> {
    return this.#readings.once();
  }

  /** The samples of the last 15 minutes, oldest first. */
  history(): Sample[] {
    return [...this.#samples];
  }

  /** Events a second over the last 10 s; null until known. */
  rates(): { inPerSecond: number | null; outPerSecond: number | null } {
    const recent = this.#samples.slice(-RATE_OVER);
    return {
      inPerSecond: mean(recent.map((sample) => sample.acceptedPerSecond)),
      outPerSecond: mean(recent.map((sample) => sample.appliedPerSecond)),
    };
  }

  /**
   * Sends the last sample at once, then each new one.
   * @returns a function that ends it; null if the sampler has stopped
   */
  listen(listener: Listener): (() => void) | null {
    if (this.#stopped) return null;
    this.#listeners.add(listener);
    if (this.#last) listener.now(this.#last);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async #sample(): Promise<void> {
    const [status, heartbeats] = await Promise.all([
      this.#tools.status(),
      within(this.#tools.heartbeats(), HEARTBEATS_MS).catch(() => null),
    ]);
    const reading: StatusSample = { at: this.#tools.now(), status, heartbeats: heartbeats ?? [] };
    const sample: Sample = {
      at: new Date(reading.at).toISOString(),
      acceptedPerSecond: growth('accepted', this.#before, reading),
      duplicatesPerSecond: growth('duplicates', this.#before, reading),
      appliedPerSecond: heartbeats === null ? null : this.#applied.next(reading),
      ackP99Ms: ackP99Of(reading.heartbeats),
      waitingEvents: status.waitingEvents,
      oldestWaitMs: status.oldestWaitMs,
    };
    this.#before = reading;
    this.#samples = [...this.#samples.slice(1 - KEPT), sample];
    this.#last = { status, sample, programs: reading.heartbeats.map(programOf) };
    for (const listener of this.#listeners) listener.now(this.#last);
  }
}

export function programOf({ program, id, startedAt, lastHeardMs }: Heartbeat): Now['programs'][number] {
  return { program, id, startedAt: new Date(startedAt).toISOString(), lastHeardMs };
}

function mean(rates: (number | null)[]): number | null {
  const known = rates.filter((rate) => rate !== null);
  return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0) / known.length;
}
