import type { Beat } from '../../system/beats.ts';
import type { SystemStatus } from '../shapes/system.ts';

/** What was read at one moment; ms since 1970. */
export interface Reading {
  at: number;
  status: SystemStatus;
  beats: readonly Beat[];
}

/** A program that was silent for so long counts nothing, whatever it told last. */
const SILENT_MS = 3000;
/** The same beat read twice differs by the way it took; the next one comes a second later. */
const ANOTHER_BEAT_MS = 500;

/**
 * How much a counter grew per second between two readings. Null where either does not know it, no time has
 * passed, or it went down: it was begun anew, and what it had before is not known.
 */
export function growth(
  name: 'accepted' | 'duplicates',
  before: Reading | null,
  after: Reading,
): number | null {
  const from = before?.status[name] ?? null;
  const to = after.status[name];
  if (!before || from === null || to === null || to < from || after.at <= before.at) return null;
  return ((to - from) * 1000) / (after.at - before.at);
}

/** The worst of all ingests; null where none answered anything. */
export function ackP99Of(beats: readonly Beat[]): number | null {
  const told = beats
    .filter((beat) => beat.program === 'ingest' && beat.lastHeardMs < SILENT_MS)
    .map((beat) => beat.figures.ackP99Ms ?? null)
    .filter((ms) => ms !== null);
  return told.length === 0 ? null : Math.max(...told);
}

interface Heard {
  startedAt: number;
  applied: number;
  at: number;
  rate: number | null;
}

/**
 * Events applied per second over all workers. Each worker's counter is set against its own beats: readings and
 * beats come at different moments, and a reading may meet the same beat twice.
 */
export class AppliedRate {
  #heard: ReadonlyMap<string, Heard> = new Map();

  /** Null where there are workers and none whose rate is known yet. */
  next({ at, beats }: Reading): number | null {
    const workers = beats.filter(({ program }) => program === 'worker');
    const heard = new Map(workers.map((beat) => [beat.id, heardOf(beat, at, this.#heard.get(beat.id))]));
    this.#heard = heard;
    if (workers.length === 0) return 0;
    const rates = workers
      .map(({ id, lastHeardMs }) => (lastHeardMs < SILENT_MS ? (heard.get(id)?.rate ?? null) : 0))
      .filter((rate) => rate !== null);
    return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
  }
}

function heardOf(beat: Beat, now: number, before: Heard | undefined): Heard {
  const at = now - beat.lastHeardMs;
  const { startedAt } = beat;
  const applied = beat.figures.applied ?? 0;
  const begun = { startedAt, applied, at, rate: null };
  if (!before || before.startedAt !== startedAt || applied < before.applied) return begun;
  if (at - before.at < ANOTHER_BEAT_MS) return before;
  return { ...begun, rate: ((applied - before.applied) * 1000) / (at - before.at) };
}
