import type { Backlog } from '../operate/shapes/backlog.ts';
import type {
  Destination,
  DestinationAnswer,
  DestinationList,
  DestinationTested,
} from '../operate/shapes/destinations.ts';
import type { Preview } from '../operate/shapes/preview.ts';
import { windowText } from '../system/pause-windows.ts';
import { age, counted, facts, table, time } from './table.ts';

export function destinationsText({ destinations }: DestinationList): string {
  if (destinations.length === 0)
    return 'No destinations. Add one with `destination put <name> --file <json>`.';
  const rows = destinations.map((each) => [
    each.name,
    stateText(each),
    each.kind,
    each.open.waiting,
    each.open.failing,
    each.open.inDoubt,
    each.open.parked,
    oldestText(each),
    paceText(each.backlog),
    goneText(each.backlog),
    circuitText(each),
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
    'longest',
    'sent',
    'done in',
    'other side',
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

const STATES: Record<Destination['phase'], string> = {
  active: 'active',
  paused: 'PAUSED',
  window: 'in a pause window',
  ending: 'ending',
  ended: 'ended',
};

function stateText({ phase, window }: Destination): string {
  return window ? `paused until ${window.clock}` : STATES[phase];
}

/** What it does now, and why. */
function headOf(destination: Destination): string {
  const { name, phase, because, window, until } = destination;
  const says: Record<Destination['phase'], string> = {
    active: 'is active',
    paused: `is paused${because === null ? '' : `: ${because}`}`,
    window: `is paused until ${window?.clock ?? ''} by its pause window: its effects wait`,
    ending: `ended ${time(until)}: it gets no new effects, and what is open is still sent`,
    ended: `ended ${time(until)}: it gets no new effects, and nothing is open`,
  };
  return `Destination ${name} ${says[phase]}`;
}

/** Whether the other side accepts messages. */
function circuitText({ phase, backlog: { circuit, problem } }: Destination): string {
  if (problem !== null) return `CANNOT BE OPENED: ${problem}`;
  if (!circuit) return '?';
  if (circuit.state === 'closed') return 'accepts messages';
  if (circuit.state === 'not_asked')
    return phase === 'ended' ? 'not asked any more' : 'not asked while paused';
  const again = circuit.pausedForMs > 0 ? `tried again in ${age(circuit.pausedForMs)}` : 'being tried again';
  return `DOWN (${circuit.because ?? 'unknown'}), ${again}`;
}

function oldestText({ backlog: { oldest } }: Destination): string {
  return oldest ? `${oldest.name ?? oldest.order} for ${age(oldest.waitMs)}` : '-';
}

function goneText({ goneInMs, goneUnknown }: Backlog): string {
  if (goneInMs === null) return `unknown: ${goneUnknown ?? ''}`;
  return goneInMs === 0 ? '-' : `about ${age(goneInMs)}`;
}

function paceText({ perSecond }: Backlog): string {
  return perSecond === null ? '?' : `${perSecond.toFixed(1)} / s`;
}

/** Why effects fail now; none if none does. */
function errorLines({ errors }: Backlog): string {
  if (errors.length === 0) return '';
  const rows = errors.map(({ effects, lastAt, because }) => [effects, time(lastAt), because]);
  return `\n\nWhy effects fail:\n${table(rows, ['effects', 'last', 'error'])}`;
}

export function destinationText(destination: Destination): string {
  const { open, backlog, rate, priority } = destination;
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
    ['pause windows', destination.pauseWindows.map(windowText).join('; ') || 'none'],
    ['ends', destination.until === null ? 'never' : time(destination.until)],
    ['timeout', `${destination.timeoutMs} ms`],
    ['alert after', age(destination.alertAfterMs)],
    ['if in doubt', destination.inDoubt],
    ['asks', destination.probeUrl],
    ['secrets', destination.secrets],
    ['waiting', open.waiting],
    ['failing', open.failing],
    ['in doubt', open.inDoubt],
    ['parked', open.parked],
    ['backfill', backfillText(destination)],
    ['behind a failed one', backlog.behind],
    ['waiting longest', oldestText(destination)],
    ['sent in the last minute', paceText(backlog)],
    ['what waits is sent in', goneText(backlog)],
    ['other side', circuitText(destination)],
    ['created', time(destination.createdAt)],
    ['changed', time(destination.changedAt)],
    ['revision', destination.revision],
  ]);
  return `${headOf(destination)}\n\n${rows}${errorLines(backlog)}`;
}

/** How far a backfill is. */
function backfillText({ backfill, phase }: Destination): string | null {
  if (!backfill) return null;
  const { from, orders, about, effects, endsAt, endedAt } = backfill;
  const what = `from ${from === null ? 'the beginning' : time(from)}: ${counted(effects, 'effect')} of`;
  if (endedAt !== null) return `${what} ${counted(orders, 'order')}, ended ${time(endedAt)}`;
  const progress = `${what} ${orders} of about ${about === null ? '?' : counted(about, 'order')}`;
  if (phase === 'paused' || phase === 'window') return `${progress}, paused`;
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

const WOULD = {
  sent: 'would be sent',
  refused: 'refused by the filter',
  failed: 'would be parked',
  'not tried': 'not tried',
} as const satisfies Record<Preview['changes'][number]['outcome'], string>;

export function previewText({ changes }: Preview): string {
  if (changes.length === 0) return 'No recent change matches.';
  const sent = changes.filter(({ outcome }) => outcome === 'sent').length;
  const lines = changes.map(({ order, name, topic, occurredAt, outcome, error, sent: text }) => {
    const head = `${name ?? order}  ${topic}  ${time(occurredAt)}  ${WOULD[outcome]}${error === null ? '' : `: ${error}`}`;
    return text === null ? head : `${head}\n  ${text}`;
  });
  return `${sent} of the newest ${counted(changes.length, 'change')} would be sent. Nothing was sent.\n\n${lines.join('\n')}`;
}
