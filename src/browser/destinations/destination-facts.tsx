import type { ReactNode } from 'react';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { backlogFacts } from '../backlog/backlog.tsx';
import { age, figure, several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { IN_DOUBT } from '../destination-form/destination-draft.ts';
import { KINDS, settingsOf } from '../destination-form/kinds.ts';
import { DestinationState } from './destination-state.tsx';
import { OpenCount } from './open-count.tsx';
import { pauseLines } from '../destination-form/pause-lines.ts';

type Facts = readonly (readonly [name: string, value: ReactNode])[];

export function openFacts(destination: Destination): Facts {
  return [
    ['State', <DestinationState key="state" phase={destination.phase} window={destination.window} />],
    ['Waiting', <OpenCount key="waiting" of={destination} state="waiting" />],
    ['Failing', <OpenCount key="failing" of={destination} state="failing" />],
    ['In doubt', <OpenCount key="doubt" of={destination} state="in_doubt" />],
    ['Parked', <OpenCount key="parked" of={destination} state="parked" />],
    ...backfillFacts(destination),
    ...backlogFacts(destination),
    ['Changed', <When key="changed" at={destination.changedAt} />],
  ];
}

/** How far a backfill is. */
function backfillFacts({ backfill, phase }: Destination): Facts {
  if (!backfill) return [];
  const { from, orders, about, effects, endsAt, endedAt, since } = backfill;
  const begin = from === null ? 'the beginning' : <When key="from" at={from} />;
  const of = endedAt === null ? ` of about ${about === null ? '?' : figure(about)}` : '';
  const paused = (phase === 'paused' || phase === 'window') && endedAt === null ? ', paused' : '';
  return [
    ['History from', begin],
    ['Backfill started', <When key="since" at={since} />],
    ['Orders with history', `${figure(orders)}${of}${paused}, ${several(effects, 'effect', 'effects')}`],
    endedAt === null
      ? ['Backfill ends about', <When key="ends" at={endsAt} />]
      : ['Backfill ended', <When key="ended" at={endedAt} />],
  ];
}

/** Where its messages go. */
export function addressOf({ url, settings }: Destination): string {
  if (url !== null || settings === null) return url ?? '–';
  if ('brokers' in settings) return settings.brokers.join(', ');
  return 'url' in settings ? settings.url : '–';
}

export function settingFacts(destination: Destination): Facts {
  const { on, shops, rate, allowPrivate } = destination;
  return [
    ['Kind', destination.kind === 'handler' ? 'handler' : KINDS[destination.kind].label],
    ['Address', <Plain key="url" text={addressOf(destination)} />],
    ['Private addresses', allowPrivate ? 'allowed' : 'refused'],
    ['Set off by', <Plain key="on" text={on.join(', ')} />],
    ['Shops', <Plain key="shops" text={shops?.join(', ') ?? 'all'} />],
    ['Priority', <Plain key="priority" text={priorityOf(destination)} />],
    ['At a time', figure(destination.concurrency)],
    ['Rate', rate ? `${several(rate.max, 'message', 'messages')} in ${age(rate.durationMs)}` : 'no limit'],
    ['Backfill rate', `${several(destination.backfillRate, 'order', 'orders')} per second`],
    ['Pause windows', <Plain key="windows" text={windowsText(destination)} />],
    ['Ends', destination.until === null ? 'never' : <When key="until" at={destination.until} />],
    ['Timeout', age(destination.timeoutMs)],
    ['Alert if one waits for', age(destination.alertAfterMs)],
    ['If in doubt', IN_DOUBT[destination.inDoubt]],
    ...kindFacts(destination),
    ['Read-back', <Plain key="read" text={readBackOf(destination)} />],
    ['Created', <When key="created" at={destination.createdAt} />],
    ['Revision', figure(destination.revision)],
  ];
}

/** The settings that only its kind has. Long ones, such as certificates, are not shown. */
function kindFacts({ kind, settings, credentials, probeUrl, secrets }: Destination): Facts {
  if (kind === 'http')
    return [
      ['Address to ask', <Plain key="probe" text={probeUrl ?? '–'} />],
      ['Secrets', figure(secrets)],
    ];
  if (kind === 'handler' || settings === null) return [];
  const its = Object.entries(settings);
  const shown = settingsOf(kind).flatMap(([name, { label, as }]) => {
    const value: unknown = its.find(([each]) => each === name)?.[1];
    if (name === 'url' || name === 'brokers') return [];
    return [[label, <Plain key={name} text={as === 'long' ? given(value) : wordOf(value)} />] as const];
  });
  return [...shown, [KINDS[kind].credentials ?? 'Credentials', given(credentials)]];
}

function given(value: unknown): string {
  return value ? 'given' : 'none';
}

function wordOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' && value !== '' ? value : '–';
}

function readBackOf({ kind, readBack }: Destination): string {
  if (readBack === null) return kind === 'postgres' ? 'from its table' : 'from a file, on the command line';
  return readBack.kind === 'http' ? `from ${readBack.url}` : `by the query ${readBack.query}`;
}

function windowsText({ pauseWindows }: Destination): string {
  return pauseWindows.length === 0 ? 'none' : pauseLines(pauseWindows).replaceAll('\n', '; ');
}

function priorityOf({ priority }: Destination): string {
  if (typeof priority === 'string') return priority;
  return Object.entries(priority)
    .map(([topic, its]) => `${topic} ${its}`)
    .join(', ');
}
