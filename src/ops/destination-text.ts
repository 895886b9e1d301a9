import type {
  Destination,
  DestinationAnswer,
  DestinationList,
  DestinationTested,
} from '../operate/shapes/destinations.ts';
import { age, counted, facts, table, time } from './table.ts';

export function destinationsText({ destinations }: DestinationList): string {
  if (destinations.length === 0)
    return 'No destinations. Add one with `destination put <name> --file <json>`.';
  const rows = destinations.map((each) => [
    each.name,
    each.state === 'paused' ? 'PAUSED' : each.state,
    each.kind,
    each.open.waiting,
    each.open.failing,
    each.open.inDoubt,
    each.open.parked,
    each.open.oldestAt === null ? '-' : time(each.open.oldestAt),
    pauseText(each),
    each.on.join(' '),
    addressOf(each),
  ]);
  const head = [
    'name',
    'state',
    'kind',
    'waiting',
    'failing',
    'in doubt',
    'parked',
    'oldest',
    'paused for',
    'on',
    'address',
  ];
  return `${counted(destinations.length, 'destination')}.\n\n${table(rows, head)}`;
}

/** Where its messages go; null: only its code or its secret says it. */
function addressOf({ url, settings }: Destination): string | null {
  if (url !== null || settings === null) return url;
  if ('brokers' in settings) return settings.brokers.join(', ');
  return 'url' in settings ? settings.url : null;
}

/** For how long nothing is sent because the other side is down, or asked for it. */
function pauseText({ pausedForMs }: Destination): string {
  if (pausedForMs === null) return '?';
  return pausedForMs === 0 ? '-' : age(pausedForMs);
}

export function destinationText(destination: Destination): string {
  const { name, state, because, open, rate, priority } = destination;
  const head = `Destination ${name} is ${state}${because === null ? '' : `: ${because}`}`;
  const rows = facts([
    ['kind', destination.kind],
    ['address', addressOf(destination)],
    ['private addresses', destination.allowPrivate ? 'allowed' : 'refused'],
    ['on', destination.on.join(' ')],
    ['shops', destination.shops?.join(' ') ?? 'all'],
    ['filter', destination.filter],
    ['transform', destination.transform],
    ['priority', typeof priority === 'string' ? priority : JSON.stringify(priority)],
    ['at a time', destination.concurrency],
    ['rate', rate && `${rate.max} in ${rate.durationMs} ms`],
    ['backfill rate', `${destination.backfillRate} orders/s`],
    ['timeout', `${destination.timeoutMs} ms`],
    ['if in doubt', destination.inDoubt],
    ['asks', destination.probeUrl],
    ['secrets', destination.secrets],
    ['waiting', open.waiting],
    ['failing', open.failing],
    ['in doubt', open.inDoubt],
    ['parked', open.parked],
    ['oldest', time(open.oldestAt)],
    ['paused for', pauseText(destination)],
    ['backfill', backfillText(destination)],
    ['created', time(destination.createdAt)],
    ['changed', time(destination.changedAt)],
    ['revision', destination.revision],
  ]);
  return `${head}\n\n${rows}`;
}

/** How far a backfill is. */
function backfillText({ backfill, state }: Destination): string | null {
  if (!backfill) return null;
  const { from, orders, about, effects, endsAt, endedAt } = backfill;
  const what = `from ${from === null ? 'the beginning' : time(from)}: ${counted(effects, 'effect')} of`;
  if (endedAt !== null) return `${what} ${counted(orders, 'order')}, ended ${time(endedAt)}`;
  const progress = `${what} ${orders} of about ${about === null ? '?' : counted(about, 'order')}`;
  if (state === 'paused') return `${progress}, paused`;
  return endsAt === null ? progress : `${progress}, ends about ${time(endsAt)}`;
}

/** The lines that show a secret that was made; none if none was. */
export function secretText({ secret }: DestinationAnswer): string[] {
  if (secret === undefined) return [];
  return [
    'Its messages are signed with this secret. It is shown only now: store it where they are received.',
    secret,
  ];
}

export function testedText({ did, answer, ms, sent }: DestinationTested): string {
  const rows = facts([
    ['answer', answer],
    ['took', age(ms)],
    ['sent', sent],
  ]);
  return `${did}\n\n${rows}`;
}
