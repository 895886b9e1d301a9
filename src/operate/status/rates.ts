import type { Heartbeat } from '../../system/heartbeats.ts';
import type { SystemStatus } from '../shapes/system.ts';

/** One reading; `at` in ms since 1970. */
export interface StatusSample {
  at: number;
  status: SystemStatus;
  heartbeats: readonly Heartbeat[];
}

/** A program that has been silent for this long has a rate of 0, whatever it reported last. */
const SILENT_MS = 3000;
/** Two readings of one heartbeat differ only by network delay; the next heartbeat comes a second later. */
const ANOTHER_BEAT_MS = 500;

/**
 * How much a counter grew per second between two readings. Null if either reading lacks it, no time has
 * passed, or it went down: it was reset, and how far it grew before is unknown.
 */
export function growth(
  name: 'accepted' | 'duplicates',
  before: StatusSample | null,
  after: StatusSample,
): number | null {
  const from = before?.status[name] ?? null;
  const to = after.status[name];
  if (!before || from === null || to === null || to < from || after.at <= before.at) return null;
  return ((to - from) * 1000) / (after.at - before.at);
}

/** The worst of all ingest processes; null if none of them answered a webhook. */
export function ackP99Of(heartbeats: readonly Heartbeat[]): number | null {
  const measured = heartbeats
    .filter((heartbeat) => heartbeat.program === 'ingest' && heartbeat.lastHeardMs < SILENT_MS)
    .map((heartbeat) => heartbeat.figures.ackP99Ms ?? null)
    .filter((ms) => ms !== null);
  return measured.length === 0 ? null : Math.max(...measured);
}

interface ProgramCounts {
  startedAt: number;
  applied: number;
  at: number;
  rate: number | null;
}

/**
 * Events applied per second over all workers. Each worker's rate is measured between its own heartbeats:
 * readings and heartbeats come at different moments, and two readings may see the same heartbeat.
 */
export class AppliedRate {
  #heard: ReadonlyMap<string, ProgramCounts> = new Map();

  /** Null if there are workers, but no rate is known yet. */
  next({ at, heartbeats }: StatusSample): number | null {
    const workers = heartbeats.filter(({ program }) => program === 'worker');
    const heard = new Map(
      workers.map((heartbeat) => [heartbeat.id, heardOf(heartbeat, at, this.#heard.get(heartbeat.id))]),
    );
    this.#heard = heard;
    if (workers.length === 0) return 0;
    const rates = workers
      .map(({ id, lastHeardMs }) => (lastHeardMs < SILENT_MS ? (heard.get(id)?.rate ?? null) : 0))
      .filter((rate) => rate !== null);
    return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
  }
}

function heardOf(heartbeat: Heartbeat, now: number, before: ProgramCounts | undefined): ProgramCounts {
  const at = now - heartbeat.lastHeardMs;
  const { startedAt } = heartbeat;
  const applied = heartbeat.figures.applied ?? 0;
  const begun = { startedAt, applied, at, rate: null };
  if (!before || before.startedAt !== startedAt || applied < before.applied) return begun;
  if (at - before.at < ANOTHER_BEAT_MS) return before;
  return { ...begun, rate: ((applied - before.applied) * 1000) / (at - before.at) };
}
