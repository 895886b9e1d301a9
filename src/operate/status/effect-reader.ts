import type { Redis } from 'ioredis';
import { ALERT_AFTER_MS } from '../../system/states.ts';
import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { DestinationStore } from '../../persist/destination-store.ts';
import type { EffectFigures } from '../../persist/effect-figures.ts';
import { readProblems, readSigns } from '../../system/destination-signs.ts';
import { isAlive, type Heartbeat } from '../../system/heartbeats.ts';
import type { RedisKeys } from '../../system/redis-keys.ts';
import { within } from '../../system/within.ts';
import type { EffectsStatus } from '../shapes/effects-status.ts';
import { phaseOf, SENDING_PHASES } from '../destination-phase.ts';
import { shownSigns } from '../shown-signs.ts';
import { waitOf } from '../wait-of.ts';

interface EffectReaderTools {
  redis: Redis;
  partitions: readonly RedisKeys[];
  destinations: Pick<DestinationStore, 'all'>;
  figures: EffectFigures;
  heartbeats: () => Promise<Heartbeat[]>;
  now: () => number;
}

/** Samples, pages and metrics share a reading that is not older. */
const KEPT_MS = 2000;
const REDIS_MS = 500;
const MOST_COUNTED = 10_000;
const MOST_DESTINATIONS = 100;

/** Reads what waits at destinations. Rejects while MongoDB is down; what is in Redis is null while Redis is. */
export function createEffectReader(tools: EffectReaderTools): () => Promise<EffectsStatus> {
  let last: { at: number; reading: Promise<EffectsStatus> } | null = null;
  return () => {
    if (last && tools.now() - last.at < KEPT_MS) return last.reading;
    const reading = read(tools);
    last = { at: tools.now(), reading };
    reading.catch(() => (last = null));
    return reading;
  };
}

async function read(tools: EffectReaderTools): Promise<EffectsStatus> {
  const all = (await tools.destinations.all()).slice(0, MOST_DESTINATIONS);
  const names = new Set(all.map(({ _id }) => _id));
  const [problems, heard, missed] = await Promise.all([
    orNull(readProblems(tools.redis)),
    orNull(tools.heartbeats()),
    tools.figures.missed(),
  ]);
  return {
    publishers: heard && heard.filter((each) => each.program === 'publisher' && isAlive(each)).length,
    missed: missed && {
      from: missed.from,
      to: missed.to,
      agoMs: Math.max(0, tools.now() - missed.at.getTime()),
    },
    problems: [...(problems ?? [])].flatMap(([name, because]) =>
      names.has(name) ? [] : [{ name, because }],
    ),
    destinations: await Promise.all(
      all.map((each) => ofDestination(each, problems?.get(each._id) ?? null, tools)),
    ),
  };
}

type OfDestination = EffectsStatus['destinations'][number];

async function ofDestination(
  destination: DestinationDocument,
  problem: string | null,
  { redis, partitions, figures, now }: EffectReaderTools,
): Promise<OfDestination> {
  const { _id: name, state, because, pausedBy = null, alertAfterMs = ALERT_AFTER_MS } = destination;
  const [{ oldestAt: _, ...counts }, orders, oldest, lastError, signs] = await Promise.all([
    figures.counts(name, MOST_COUNTED),
    figures.orders(name),
    figures.oldest(name),
    figures.lastError(name),
    orNull(readSigns(redis, partitions, name)),
  ]);
  const phase = phaseOf(destination, counts, now());
  return {
    name,
    state,
    ...phase,
    because,
    pausedBy,
    alertAfterMs,
    ...counts,
    orders,
    oldest: oldest && {
      order: oldest.order,
      name: oldest.name,
      ...waitOf(oldest.since, destination.pauseWindows, now()),
      lastError: oldest.lastError,
    },
    lastError,
    ...shownSigns(signs, phase.phase),
    problem: SENDING_PHASES.has(phase.phase) ? problem : null,
  };
}

async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  return await within(asked, REDIS_MS).catch(() => null);
}
