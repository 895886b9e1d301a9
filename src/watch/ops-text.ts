import type { SystemStatus } from './status-reader.ts';
import type { OrderView, TimelineEntry } from './views.ts';

/** What an operator reads on a terminal. */
export function statusText(status: SystemStatus): string {
  const { queues } = status;
  const rows: [string, string][] = [
    ['waiting', `${known(status.waitingEvents)} events of ${known(status.waitingOrders)} orders`],
    ['oldest wait', status.oldestWaitMs === null ? '?' : `${(status.oldestWaitMs / 1000).toFixed(1)} s`],
    [
      'drain jobs',
      queues
        ? Object.entries(queues)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ')
        : '?',
    ],
    ['workers', known(status.workers)],
    ['locks held', known(status.locksHeld)],
    ['accepted', known(status.accepted)],
    ['duplicates', known(status.duplicates)],
    ['parked', known(status.parked)],
    ['spooled', known(status.spooled)],
    ['Redis', serverText(status.redis)],
    ['MongoDB', serverText(status.mongodb)],
  ];
  return [headline(status), '', ...rows.map(([name, value]) => `${name.padEnd(13)}${value}`)].join('\n');
}

function headline(status: SystemStatus): string {
  if (status.redis.state === 'away') return 'Redis is away: events go to the spool until it is back.';
  if (status.mongodb.state === 'away') return 'MongoDB is away: events are taken and wait.';
  if (status.workers === 0) return 'No worker is alive: events are taken and wait.';
  if (status.parked) return `${status.parked} parked events need somebody to look at them.`;
  return 'All is well.';
}

export function orderText(key: string, order: OrderView | null, entries: TimelineEntry[]): string {
  const head = order
    ? `${order.name ?? key}  ${order.status}   ${key}\n` +
      `paid: ${order.financialStatus ?? '-'}   shipped: ${order.fulfillmentStatus ?? '-'}   ` +
      `total: ${order.totalPrice ?? '-'} ${order.currency ?? ''}   version ${order.version}`
    : `${key}: no event of it was applied yet`;
  return [head, '', ...entries.map(entryText)].join('\n');
}

function entryText(entry: TimelineEntry): string {
  const columns = [
    String(entry.sequence ?? '-').padStart(4),
    (entry.occurredAt ?? entry.receivedAt).slice(0, 19).replace('T', ' '),
    entry.outcome.padEnd(9),
    entry.topic.padEnd(28),
    entry.duplicates > 0 ? `seen ${entry.duplicates + 1} times` : '',
    entry.because ?? '',
  ];
  return columns
    .filter((column) => column !== '')
    .join('  ')
    .trimEnd();
}

function serverText({ state, problem }: SystemStatus['redis']): string {
  return problem ? `${state}: ${problem}` : state;
}

function known(value: number | null): string {
  return value === null ? '?' : String(value);
}
