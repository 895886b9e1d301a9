import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { EffectFigures, OldestEffect, OpenCounts } from '../../persist/effect-figures.ts';
import type { SignsRead } from '../../system/destination-signs.ts';
import type { Backlog } from '../shapes/backlog.ts';
import { shownSigns } from '../shown-signs.ts';

export interface BacklogTools {
  figures: EffectFigures;
  /** What publishers recorded of a destination; null while Redis is down. */
  signs: (destination: string) => Promise<SignsRead | null>;
  /** Why publishers cannot open a destination, by name; null while Redis is down. */
  problems: () => Promise<ReadonlyMap<string, string> | null>;
  now: () => number;
}

type Of = Pick<DestinationDocument, '_id' | 'state' | 'rate'>;

export async function backlogOf(
  destination: Of,
  { waiting, failing }: Pick<OpenCounts, 'waiting' | 'failing'>,
  { figures, signs, problems, now }: BacklogTools,
): Promise<Backlog> {
  const { _id: name, state } = destination;
  const [orders, oldest, behind, errors, read, problem] = await Promise.all([
    figures.orders(name),
    figures.oldest(name),
    figures.behind(name),
    figures.errors(name),
    signs(name),
    problems(),
  ]);
  return {
    orders,
    oldest: oldest && shownOldest(oldest, now()),
    behind,
    ...goneIn({ waiting, failing, behind }, destination, read),
    ...shownSigns(read),
    errors: errors.map(({ lastAt, ...group }) => ({ ...group, lastAt: lastAt.toISOString() })),
    problem: state === 'active' ? (problem?.get(name) ?? null) : null,
  };
}

/** An effect, and for how long it has been waiting. */
function shownOldest({ since, ...oldest }: OldestEffect, now: number) {
  return { ...oldest, waitMs: Math.max(0, now - since.getTime()) };
}

type Gone = Pick<Backlog, 'goneInMs' | 'goneUnknown'>;

const unknown = (goneUnknown: string): Gone => ({ goneInMs: null, goneUnknown });

/** When what can be sent now will have been sent. It does not guess: without a measured speed, it is unknown. */
export function goneIn(
  { waiting, failing, behind }: { waiting: number; failing: number; behind: number },
  { state, rate }: Pick<DestinationDocument, 'state' | 'rate'>,
  read: SignsRead | null,
): Gone {
  if (waiting + failing === 0) return { goneInMs: 0, goneUnknown: null };
  if (state === 'paused') return unknown('nothing is sent until it is resumed');
  if (!read) return unknown('Redis is down');
  if (read.circuit.state !== 'closed') return unknown('it does not accept messages');
  const toSend = waiting - behind;
  if (toSend <= 0) return unknown('what is left has failed, or waits behind what failed');
  const speed = speedOf(read.rates, rate);
  if (speed === null) return unknown('nothing was sent in the last seconds');
  return { goneInMs: Math.round((toSend * 1000) / speed), goneUnknown: null };
}

/** At this share of its rate, the rate is what limits it. */
const IS_LIMITED = 0.8;

/** Effects a second. */
function speedOf(
  { perSecond, recentPerSecond }: SignsRead['rates'],
  rate: DestinationDocument['rate'],
): number | null {
  if (!rate) return recentPerSecond;
  // What is sent in bursts is not measured well in a few seconds.
  const limit = (rate.max * 1000) / rate.durationMs;
  const isLimited = Math.max(perSecond, recentPerSecond ?? 0) >= IS_LIMITED * limit;
  return isLimited ? limit : recentPerSecond;
}
