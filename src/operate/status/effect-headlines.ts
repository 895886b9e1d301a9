import type { EffectsStatus } from '../shapes/effects-status.ts';
import type { HeadlineRow } from './headline-row.ts';
import { SENDING_PHASES } from '../destination-phase.ts';
import { several, spanText } from '../words.ts';

/** Problems of effects. Each sentence names the destination, and an order if one waits. */

type OfDestination = EffectsStatus['destinations'][number];

interface EffectRow {
  level: HeadlineRow['level'];
  runbook: string;
  /** The problem in words; null: there is none. */
  says: (effects: EffectsStatus) => Said | null;
}

/** A problem, and the destination that it is about. */
interface Said {
  sentence: string;
  destination: string | null;
}

/** As of events (headline.ts). */
const LOOK_MS = 30_000;
/** Single failed attempts are repeated within seconds. */
const MANY_FAIL = 10;
/** Changes that expired stay reported for a week. */
const MISSED_MS = 7 * 86_400_000;

/** The other side does not accept messages. */
const IS_DOWN: ReadonlySet<string> = new Set(['open', 'half_open'] as const);

/** Those of one destination: the first to which it applies is named, the others are counted. */
const about =
  (says: (destination: OfDestination) => string | null): EffectRow['says'] =>
  ({ destinations }) => {
    const found = destinations.flatMap((each) => {
      const sentence = says(each);
      return sentence === null ? [] : [{ sentence, destination: each.name }];
    });
    const [first] = found.toSorted((a, b) => waitOf(destinations, b) - waitOf(destinations, a));
    if (!first) return null;
    const others = found.length - 1;
    const more =
      others > 0 ? ` The same is true of ${several(others, 'other destination', 'other destinations')}.` : '';
    return { ...first, sentence: `${first.sentence}.${more}` };
  };

function waitOf(destinations: readonly OfDestination[], { destination }: Said): number {
  return destinations.find(({ name }) => name === destination)?.oldest?.waitMs ?? 0;
}

const ROWS: readonly EffectRow[] = [
  {
    level: 'act',
    runbook: 'No publisher is running',
    says: ({ publishers, destinations }) => {
      const [first, ...others] = destinations.filter(({ phase }) => needsPublisher(phase));
      if (publishers !== 0 || !first) return null;
      const more =
        others.length > 0 ? ` and ${several(others.length, 'other destination', 'other destinations')}` : '';
      return {
        sentence: `No publisher is running: nothing is sent to ${first.name}${more}.`,
        destination: null,
      };
    },
  },
  {
    level: 'act',
    runbook: 'A destination or a handler cannot be opened',
    says: about(({ name, problem, ...of }) =>
      problem === null ? null : `${name} cannot be opened: ${problem}; ${waitText(of)}`,
    ),
  },
  {
    level: 'act',
    runbook: 'A destination or a handler cannot be opened',
    says: ({ problems: [first] }) =>
      first ? { sentence: `${first.name} cannot be loaded: ${first.because}.`, destination: null } : null,
  },
  {
    level: 'act',
    runbook: 'A destination was paused by the other side',
    says: about(({ name, state, pausedBy, because, ...of }) =>
      state === 'paused' && pausedBy === 'destination'
        ? `${name} wants no more messages (${because ?? 'unknown'}), so it is paused: ${waitText(of)}`
        : null,
    ),
  },
  {
    level: 'act',
    runbook: 'Effects keep waiting',
    says: about((each) => waitedFor(each, each.alertAfterMs)),
  },
  { level: 'look', runbook: 'Effects keep waiting', says: about((each) => waitedFor(each, LOOK_MS)) },
  {
    level: 'look',
    runbook: 'Effects keep waiting',
    says: about(({ name, circuit, ...of }) =>
      circuit && IS_DOWN.has(circuit.state)
        ? `${name} does not accept messages (${circuit.because ?? 'unknown'}), and is tried again ${againIn(circuit.pausedForMs)}: ${waitText(of)}`
        : null,
    ),
  },
  {
    level: 'look',
    runbook: 'Changes expired before they were routed',
    says: ({ missed }) =>
      missed && missed.agoMs < MISSED_MS
        ? {
            sentence: `Changes expired before they were routed to destinations (blocks ${missed.from} to ${missed.to}): no publisher ran.`,
            destination: null,
          }
        : null,
  },
  {
    level: 'look',
    runbook: 'Effects are in doubt or parked',
    says: about(({ name, inDoubt, lastError }) =>
      inDoubt > 0
        ? `${name}: it is not known whether ${several(inDoubt, 'effect', 'effects')} arrived, and an operator must decide${errorText(lastError)}`
        : null,
    ),
  },
  {
    level: 'look',
    runbook: 'Effects are in doubt or parked',
    says: about(({ name, parked, lastError }) =>
      parked > 0
        ? `${name}: ${several(parked, 'effect is', 'effects are')} parked, and an operator must decide${errorText(lastError)}`
        : null,
    ),
  },
  {
    level: 'look',
    runbook: 'Effects keep waiting',
    says: about(({ name, failing, lastError }) =>
      failing >= MANY_FAIL ? `${name}: ${failing} orders fail${errorText(lastError)}` : null,
    ),
  },
  {
    level: 'look',
    runbook: 'Effects keep waiting',
    says: about(({ name, state, because, ...of }) =>
      state === 'paused' && of.orders > 0
        ? `${name} is paused (${because ?? 'unknown'}): ${waitText(of)}`
        : null,
    ),
  },
];

/** The rows of the headline about effects. */
export function effectHeadlines(level: HeadlineRow['level']): HeadlineRow[] {
  return ROWS.filter((row) => row.level === level).map(({ says, ...row }) => ({
    ...row,
    says: ({ effects }) => (effects ? (says(effects)?.sentence ?? null) : null),
    link: ({ effects }) => {
      const destination = effects && says(effects)?.destination;
      return destination ? `/destinations/${destination}` : '/destinations';
    },
  }));
}

/** Only of a destination that should be sending. What a pause window held does not count. */
function waitedFor({ name, phase, ...of }: OfDestination, ms: number): string | null {
  const { oldest } = of;
  return SENDING_PHASES.has(phase) && oldest && oldest.waitMs - oldest.heldMs > ms
    ? `${name}: ${waitText(of)}`
    : null;
}

/** Within a window, too: it ends by itself. */
function needsPublisher(phase: OfDestination['phase']): boolean {
  return SENDING_PHASES.has(phase) || phase === 'window';
}

type Waits = Pick<OfDestination, 'orders' | 'waiting' | 'failing' | 'sleeping' | 'oldest' | 'lastError'>;

/** `3 orders wait; #1001 has been waiting for 41 s; last error: it answered 500` */
function waitText({ orders, waiting, failing, sleeping, oldest, lastError }: Waits): string {
  // Orders whose handler sleeps are counted with the others.
  const all =
    sleeping > 0
      ? several(waiting + failing, 'effect waits', 'effects wait')
      : several(orders, 'order waits', 'orders wait');
  if (orders === 0) return 'nothing waits';
  const first = oldest
    ? `; ${oldest.name ?? oldest.order} has been waiting for ${spanText(oldest.waitMs)}${heldText(oldest)}`
    : '';
  return `${all}${first}${errorText(oldest?.lastError ?? lastError)}`;
}

function heldText({ heldMs }: { heldMs: number }): string {
  return heldMs > 0 ? `, ${spanText(heldMs)} of this in its pause window` : '';
}

function errorText(error: string | null): string {
  return error === null ? '' : `; last error: ${error}`;
}

function againIn(ms: number): string {
  return ms > 0 ? `in ${spanText(ms)}` : 'now';
}
