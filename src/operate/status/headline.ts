import type { SystemStatus } from '../shapes/system.ts';
import { effectHeadlines } from './effect-headlines.ts';
import type { HeadlineRow, StatusFigures } from './headline-row.ts';
import { answering, haveMajority } from '../../health/checks.ts';
import { several, spanText } from '../words.ts';

type Headline = Pick<SystemStatus, 'sentence' | 'level' | 'link' | 'runbook'>;

const doctor = () => '/doctor';
const OLDEST = 'The oldest event keeps waiting';
const LOCK_SERVERS = 'Lock servers are down';
const oldestOrder = ({ oldestOrder: order }: StatusFigures) =>
  order === null ? '/mailboxes' : `/orders/${order}`;

/** Common alarm thresholds for webhook queues; a healthy wait is below a second. */
const LOOK_MS = 30_000;
const ACT_MS = 120_000;

/**
 * Possible problems, the most urgent first. The headline is the first that applies; the exit code of `ops status`
 * follows from its level.
 */
export const HEADLINES: readonly HeadlineRow[] = [
  {
    level: 'act',
    says: ({ redis, mongodb }) =>
      redis.state === 'away' && mongodb.state === 'away'
        ? 'Redis and MongoDB are down: Shopify gets 503 and retries for four hours.'
        : null,
    link: doctor,
    runbook: 'Both are down',
  },
  {
    level: 'act',
    says: ({ redis }) => (redis.state === 'away' ? 'Redis is down: new events go to the spool.' : null),
    link: doctor,
    runbook: 'Redis is down',
  },
  {
    level: 'act',
    says: ({ mongodb }) =>
      mongodb.state === 'away' ? 'MongoDB is down: events are accepted but not processed.' : null,
    link: doctor,
    runbook: 'MongoDB is down',
  },
  {
    level: 'act',
    says: ({ workers }) =>
      workers === 0 ? 'No workers are running: events are accepted but not processed.' : null,
    link: () => '/',
    runbook: 'No worker is alive',
  },
  {
    level: 'act',
    says: ({ lockServers }) => (haveMajority(lockServers) ? null : lockServersText(lockServers)),
    link: doctor,
    runbook: LOCK_SERVERS,
  },
  {
    level: 'act',
    says: ({ redisMemory }) => fullText(redisMemory),
    link: doctor,
    runbook: 'Redis is full',
  },
  {
    level: 'act',
    says: (figures) => waitedLongerThan(ACT_MS, figures),
    link: oldestOrder,
    runbook: OLDEST,
  },
  ...effectHeadlines('act'),
  {
    level: 'look',
    says: (figures) => waitedLongerThan(LOOK_MS, figures),
    link: oldestOrder,
    runbook: OLDEST,
  },
  {
    level: 'look',
    says: ({ lockServers }) => (lockServers.up === lockServers.of ? null : lockServersText(lockServers)),
    link: doctor,
    runbook: LOCK_SERVERS,
  },
  {
    level: 'look',
    says: ({ pausedQueues }) => pausedText(pausedQueues ?? []),
    link: () => '/queues',
    runbook: OLDEST,
  },
  {
    level: 'look',
    says: ({ parked }) =>
      parked ? `${several(parked, 'parked event needs', 'parked events need')} attention.` : null,
    link: () => '/parked',
    runbook: 'Events are parked',
  },
  ...effectHeadlines('look'),
  {
    level: 'look',
    says: ({ complianceDue }) =>
      complianceDue
        ? `${several(complianceDue, 'privacy request is', 'privacy requests are')} due within 7 days or overdue.`
        : null,
    link: () => '/requests',
    runbook: null,
  },
  {
    level: 'look',
    says: ({ shops }) => shopsText(shops),
    link: ({ shops }) => `/shops/${shops?.first ?? ''}`,
    runbook: 'Nothing arrives',
  },
  {
    level: 'look',
    says: ({ spooled }) =>
      spooled ? `${several(spooled, 'event is', 'events are')} waiting in the spool for Redis.` : null,
    link: doctor,
    runbook: 'Redis is down',
  },
];

/** The state in one sentence, and how urgent it is. */
export function headlineOf(figures: StatusFigures): Headline {
  for (const { level, says, link, runbook } of HEADLINES) {
    const sentence = says(figures);
    if (sentence !== null) return { sentence, level, link: link(figures), runbook };
  }
  return { sentence: `All is well: ${calmText(figures)}.`, level: 'fine', link: null, runbook: null };
}

function waitedLongerThan(
  ms: number,
  { oldestWaitMs, oldestOrder: order, waitingOrders, pausedQueues }: StatusFigures,
): string | null {
  if (oldestWaitMs === null || oldestWaitMs <= ms) return null;
  const paused = pausedQueues && pausedQueues.length > 0 ? ` ${pausedText(pausedQueues)}` : '';
  const others = (waitingOrders ?? 0) - 1;
  const more = others > 0 ? ` ${several(others, 'other order is', 'other orders are')} waiting.` : '';
  return `${order ?? 'An order'} has been waiting for ${spanText(oldestWaitMs)}.${more}${paused}`;
}

const FILLINGS = {
  backlog: 'most of it is waiting events, which workers are draining',
  claims: 'most of it is dedupe keys, and the oldest are dropped early',
  other: 'most of it is other data',
} as const;

function fullText(memory: StatusFigures['redisMemory']): string | null {
  if (!memory?.fullOf) return null;
  const share = Math.round((100 * memory.usedBytes) / memory.maxBytes);
  return `Redis is full (${share} % of maxmemory): ${FILLINGS[memory.fullOf]}. New events go to the spool.`;
}

function lockServersText(servers: StatusFigures['lockServers']): string {
  const found = `Of the lock servers, only ${answering(servers)}`;
  return haveMajority(servers)
    ? `${found}: if another one fails, no event is applied.`
    : `${found}, which is not a majority: events are accepted but not processed.`;
}

function pausedText(partitions: number[]): string | null {
  const [first] = partitions;
  if (first === undefined) return null;
  return partitions.length === 1
    ? `Queue ${first} is paused: its events are accepted but not processed.`
    : `${partitions.length} queues are paused: their events are accepted but not processed.`;
}

function shopsText(shops: StatusFigures['shops']): string | null {
  if (!shops?.first) return null;
  const { first, needAttention } = shops;
  return needAttention > 1
    ? `${needAttention} shops need attention: see the page of ${first} first.`
    : `${first} needs attention: see its page.`;
}

function calmText({ waitingEvents, oldestWaitMs, workers }: StatusFigures): string {
  const alive =
    workers === null
      ? 'workers have not reported yet'
      : several(workers, 'worker is running', 'workers are running');
  if (!waitingEvents) return `nothing is waiting, ${alive}`;
  return `${several(waitingEvents, 'event is', 'events are')} waiting, the oldest for ${spanText(oldestWaitMs ?? 0)}; ${alive}`;
}
