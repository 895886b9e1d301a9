import type { SystemStatus } from '../shapes/system.ts';

type StatusFigures = Omit<SystemStatus, 'sentence' | 'level' | 'link'>;
type Headline = Pick<SystemStatus, 'sentence' | 'level' | 'link'>;

interface HeadlineRow {
  level: 'look' | 'act';
  /** The problem in words; null: there is none. */
  says: (figures: StatusFigures) => string | null;
  /** The page of the dashboard about it. */
  link: (figures: StatusFigures) => string;
}

const doctor = () => '/doctor';
const oldestOrder = ({ oldestOrder: order }: StatusFigures) =>
  order === null ? '/mailboxes' : `/orders/${order}`;

/** Common alarm thresholds for webhook queues; a healthy wait is below a second. */
const LOOK_MS = 30_000;
const ACT_MS = 120_000;

/** Possible problems, the most urgent first. The headline is the first that applies. */
const HEADLINES: readonly HeadlineRow[] = [
  {
    level: 'act',
    says: ({ redis, mongodb }) =>
      redis.state === 'away' && mongodb.state === 'away'
        ? 'Redis and MongoDB are down: Shopify gets 503 and retries for four hours.'
        : null,
    link: doctor,
  },
  {
    level: 'act',
    says: ({ redis }) => (redis.state === 'away' ? 'Redis is down: new events go to the spool.' : null),
    link: doctor,
  },
  {
    level: 'act',
    says: ({ mongodb }) =>
      mongodb.state === 'away' ? 'MongoDB is down: events are accepted but not processed.' : null,
    link: doctor,
  },
  {
    level: 'act',
    says: ({ workers }) =>
      workers === 0 ? 'No workers are running: events are accepted but not processed.' : null,
    link: () => '/',
  },
  { level: 'act', says: ({ redisMemory }) => fullText(redisMemory), link: doctor },
  { level: 'act', says: (figures) => waitedLongerThan(ACT_MS, figures), link: oldestOrder },
  { level: 'look', says: (figures) => waitedLongerThan(LOOK_MS, figures), link: oldestOrder },
  { level: 'look', says: ({ pausedQueues }) => pausedText(pausedQueues ?? []), link: () => '/queues' },
  {
    level: 'look',
    says: ({ parked }) =>
      parked ? `${several(parked, 'parked event needs', 'parked events need')} attention.` : null,
    link: () => '/parked',
  },
  {
    level: 'look',
    says: ({ complianceDue }) =>
      complianceDue
        ? `${several(complianceDue, 'privacy request is', 'privacy requests are')} due within 7 days or overdue.`
        : null,
    link: () => '/requests',
  },
  {
    level: 'look',
    says: ({ shops }) => shopsText(shops),
    link: ({ shops }) => `/shops/${shops?.first ?? ''}`,
  },
  {
    level: 'look',
    says: ({ spooled }) =>
      spooled ? `${several(spooled, 'event is', 'events are')} waiting in the spool for Redis.` : null,
    link: doctor,
  },
];

/** The state in one sentence, and how urgent it is. */
export function headlineOf(figures: StatusFigures): Headline {
  for (const { level, says, link } of HEADLINES) {
    const sentence = says(figures);
    if (sentence !== null) return { sentence, level, link: link(figures) };
  }
  return { sentence: `All is well: ${calmText(figures)}.`, level: 'fine', link: null };
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

function several(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** `0.8 s`, `45 s`, `12 min`, `3 h`. */
function spanText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 180_000) return `${Math.round(ms / 1000)} s`;
  return ms < 10_800_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
