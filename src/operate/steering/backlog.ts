import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { EffectFigures, OldestEffect, OpenCounts } from '../../persist/effect-figures.ts';
import type { SignsRead } from '../../system/destination-signs.ts';
import type { Backlog } from '../shapes/backlog.ts';
import { pauseEndText, pauseAt, withPauses } from '../../system/pause-windows.ts';
import type { DestinationPhase } from '../../system/states.ts';
import { SENDING_PHASES } from '../destination-phase.ts';
import { shownSigns } from '../shown-signs.ts';
import { waitOf } from '../wait-of.ts';

export interface BacklogTools {
  figures: EffectFigures;
  /** What publishers recorded of a destination; null while Redis is down. */
  signs: (destination: string) => Promise<SignsRead | null>;
  /** Why publishers cannot open a destination, by name; null while Redis is down. */
  problems: () => Promise<ReadonlyMap<string, string> | null>;
  now: () => number;
}

type Of = Pick<DestinationDocument, '_id' | 'state' | 'rate' | 'pauseWindows'>;

export async function backlogOf(
  destination: Of,
  { waiting, failing }: Pick<OpenCounts, 'waiting' | 'failing'>,
  phase: DestinationPhase,
  { figures, signs, problems, now }: BacklogTools,
): Promise<Backlog> {
  const { _id: name, pauseWindows } = destination;
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
    oldest: oldest && shownOldest(oldest, pauseWindows, now()),
    behind,
    ...goneIn({ waiting, failing, behind }, destination, read, now()),
    ...shownSigns(read, phase),
    errors: errors.map(({ lastAt, ...group }) => ({ ...group, lastAt: lastAt.toISOString() })),
    problem: SENDING_PHASES.has(phase) ? (problem?.get(name) ?? null) : null,
  };
}

/** An effect, and for how long it has been waiting. */
function shownOldest({ since, ...oldest }: OldestEffect, windows: Of['pauseWindows'], now: number) {
  return { ...oldest, ...waitOf(since, windows, now) };
}

type Gone = Pick<Backlog, 'goneInMs' | 'goneUnknown'>;

const unknown = (goneUnknown: string): Gone => ({ goneInMs: null, goneUnknown });

/** When what can be sent now will have been sent. It does not guess: without a measured speed, it is unknown. */
export function goneIn(
  { waiting, failing, behind }: { waiting: number; failing: number; behind: number },
  { state, rate, pauseWindows = [] }: Pick<Of, 'state' | 'rate' | 'pauseWindows'>,
  read: SignsRead | null,
  now: number,
): Gone {
  if (waiting + failing === 0) return { goneInMs: 0, goneUnknown: null };
  if (state === 'paused') return unknown('nothing is sent until it is resumed');
  const pause = pauseAt(pauseWindows, now);
  if (pause) return unknown(`nothing is sent until ${pauseEndText(pause, now)}, by its pause window`);
  if (!read) return unknown('Redis is down');
  if (read.circuit.state !== 'closed') return unknown('it does not accept messages');
  const toSend = waiting - behind;
  if (toSend <= 0) return unknown('what is left has failed, or waits behind what failed');
  const speed = speedOf(read.rates, rate);
  if (speed === null) return unknown('nothing was sent in the last seconds');
  const goneInMs = withPauses(pauseWindows, now, Math.round((toSend * 1000) / speed));
  return goneInMs === null
    ? unknown('it takes longer than a week with its pause windows')
    : { goneInMs, goneUnknown: null };
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
