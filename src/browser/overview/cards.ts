import type { Now } from '../../operate/shapes/system.ts';
import { age, figure, rate, several } from '../text/figures.ts';
import type { Tone } from '../components/tone-badge.tsx';

export interface Card {
  label: string;
  href: string;
  value: string;
  note: string;
  tone: Tone;
}

/** Shopify waits 5 s for an answer; Lockstep aims at less than 1 s. */
const ACK_LOOK_MS = 500;
const ACK_BAD_MS = 1000;
/** Five heartbeats of a program. */
export const ALIVE_MS = 5000;
const WAIT_LOOK_MS = 30_000;
const WAIT_BAD_MS = 120_000;

/** The cards of the Overview, one row each. A card stands out only if there is something to do. */
const CARDS: readonly ((now: Now) => Card)[] = [
  ({ status, sample }) => ({
    label: 'Accepted / s',
    href: '/events',
    value: rate(sample.acceptedPerSecond),
    note: known(
      status.accepted,
      `${figure(status.accepted)} accepted${status.forged ? `, ${figure(status.forged)} forged` : ''}`,
    ),
    tone: status.forged ? 'look' : 'plain',
  }),
  ({ status, sample }) => ({
    label: 'Ack p99',
    href: '/load-tests',
    value: sample.ackP99Ms === null ? '–' : age(sample.ackP99Ms),
    note: known(status.accepted, sample.ackP99Ms === null ? 'no recent answers' : 'Shopify waits 5 s'),
    tone: above(sample.ackP99Ms, ACK_LOOK_MS, ACK_BAD_MS),
  }),
  ({ status }) => ({
    label: 'Waiting events',
    href: '/mailboxes',
    value: figure(status.waitingEvents),
    note: known(status.waitingEvents, status.waitingEvents ? `oldest: ${age(status.oldestWaitMs)}` : 'none'),
    tone: above(status.oldestWaitMs, WAIT_LOOK_MS, WAIT_BAD_MS),
  }),
  ({ status, sample }) => ({
    label: 'Processed / s',
    href: '/events',
    value: rate(sample.appliedPerSecond),
    note: known(status.accepted, 'all outcomes'),
    tone: 'plain',
  }),
  ({ status }) => ({
    label: 'Locks held',
    href: '/locks',
    value: figure(status.locksHeld),
    note: known(status.locksHeld, 'one per active order'),
    tone: 'plain',
  }),
  ({ status }) => ({
    label: 'Parked events',
    href: '/parked',
    value: figure(status.parked),
    note: known(status.parked, status.parked ? 'could not be applied' : 'none'),
    tone: status.parked ? 'look' : 'plain',
  }),
  ({ status, sample }) => ({
    label: 'Duplicates',
    href: '/events',
    value: figure(status.duplicates),
    note: known(sample.duplicatesPerSecond, `${rate(sample.duplicatesPerSecond)} per second`),
    tone: 'plain',
  }),
  ({ status }) => ({
    label: 'Spooled events',
    href: '/doctor',
    value: figure(status.spooled),
    note: known(status.spooled, status.spooled ? 'waiting for Redis' : 'none'),
    tone: status.spooled ? 'look' : 'plain',
  }),
  ({ status }) => {
    const paused = status.pausedQueues?.length ?? 0;
    const { queues } = status;
    const note = known(queues, `${figure(queues?.waiting)} waiting, ${figure(queues?.failed)} failed`);
    return {
      label: 'Drain jobs active',
      href: '/queues',
      value: figure(status.queues?.active),
      note: paused > 0 ? `${several(paused, 'queue', 'queues')} paused` : note,
      tone: paused > 0 ? 'look' : 'plain',
    };
  },
  ({ status, programs }) => ({
    label: 'Workers',
    href: '/queues',
    value: figure(status.workers),
    note: known(
      status.workers,
      status.workers === 0
        ? 'no events are applied'
        : `${several(programs.filter(({ lastHeardMs }) => lastHeardMs < ALIVE_MS).length, 'program', 'programs')} running`,
    ),
    tone: status.workers === 0 ? 'bad' : 'plain',
  }),
  ({ status }) => server('Redis', status.redis.state),
  ({ status }) => server('MongoDB', status.mongodb.state),
];

export function cardsOf(now: Now): Card[] {
  return CARDS.map((card) => card(now));
}

/** A card's note; `unknown` if the value is missing because its server is down. */
function known(value: unknown, note: string): string {
  return value === null || value === undefined ? 'unknown' : note;
}

function above(value: number | null, look: number, bad: number): Tone {
  if (value === null || value < look) return 'plain';
  return value < bad ? 'look' : 'bad';
}

function server(label: string, state: 'up' | 'away'): Card {
  const shown =
    state === 'up'
      ? ({ value: 'up', note: 'responding', tone: 'plain' } as const)
      : ({ value: 'down', note: 'not responding', tone: 'bad' } as const);
  return { label, href: '/doctor', ...shown };
}
