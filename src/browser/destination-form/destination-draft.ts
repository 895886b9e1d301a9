import type { Destination } from '../../operate/shapes/destinations.ts';
import { askedSettings, settingsOf, typedSettings, type Kind, type TypedSettings } from './kinds.ts';
import { pauseLines, windowsOf } from './pause-lines.ts';

type Priority = Extract<Destination['priority'], string>;
export type InDoubt = Destination['inDoubt'];
/** How a comparison reads what a destination has. */
type ReadBack = NonNullable<Destination['readBack']>['kind'] | 'none';
type Typed = number | string;

/** What is done with a message that may or may not have arrived. */
export const IN_DOUBT = {
  repeat: 'send it again, with the same id',
  ask: 'ask the destination first',
  wait: 'wait for an operator',
} as const satisfies Record<InDoubt, string>;

/** The choice for a priority that depends on the topic. */
export const BY_TOPIC = 'by topic';

/** A destination while it is typed. The API validates it. */
export interface Draft {
  name: string;
  kind: Kind;
  /** Of HTTP. */
  url: string;
  /** Of another kind. */
  settings: TypedSettings;
  /** Of another kind; empty: those that it has. */
  credentials: string;
  hasCredentials: boolean;
  dropsCredentials: boolean;
  on: string[];
  shops: string[];
  filter: string;
  transform: string;
  priority: Priority | typeof BY_TOPIC;
  /** With `by topic`: a topic and its priority on each line. */
  priorities: string;
  concurrency: Typed;
  rateMax: Typed;
  rateMs: Typed;
  backfillRate: Typed;
  timeoutMs: Typed;
  alertAfterMs: Typed;
  /** A window on each line. */
  pauseWindows: string;
  /** A time; empty: it has no end. */
  until: string;
  inDoubt: InDoubt;
  probeUrl: string;
  /** Of a new one: `beginning` or a time; empty: only changes from now on. */
  from: string;
  /** How a comparison reads what it has. */
  readBack: ReadBack;
  readBackUrl: string;
  readBackQuery: string;
  allowPrivate: boolean;
  newestSecret: string;
  olderSecret: string;
}

/** The API's defaults. */
const NEW: Draft = {
  name: '',
  kind: 'http',
  url: '',
  settings: {},
  credentials: '',
  hasCredentials: false,
  dropsCredentials: false,
  on: ['*'],
  shops: [],
  filter: '',
  transform: '',
  priority: 'normal',
  priorities: '',
  concurrency: 10,
  rateMax: '',
  rateMs: '',
  backfillRate: 20,
  timeoutMs: 10_000,
  alertAfterMs: 120_000,
  pauseWindows: '',
  until: '',
  inDoubt: 'repeat',
  probeUrl: '',
  from: '',
  readBack: 'none',
  readBackUrl: '',
  readBackQuery: '',
  allowPrivate: false,
  newestSecret: '',
  olderSecret: '',
};

/** @param destination null: a new one */
export function draftOf(destination: Destination | null): Draft {
  if (!destination) return NEW;
  const { name, on, concurrency, backfillRate, timeoutMs, alertAfterMs } = destination;
  const { inDoubt, allowPrivate, shops, rate } = destination;
  return {
    ...NEW,
    name,
    on,
    concurrency,
    backfillRate,
    timeoutMs,
    alertAfterMs,
    inDoubt,
    allowPrivate,
    ...kindOf(destination),
    ...readBackOf(destination),
    ...textsOf(destination),
    ...prioritiesOf(destination),
    pauseWindows: pauseLines(destination.pauseWindows),
    shops: shops ?? [],
    rateMax: rate?.max ?? '',
    rateMs: rate?.durationMs ?? '',
  };
}

/** A handler has no form. */
function kindOf({ kind, settings, credentials }: Destination) {
  const its = kind === 'handler' ? 'http' : kind;
  return { kind: its, settings: typedSettings(its, settings), hasCredentials: credentials };
}

function readBackOf({ readBack }: Destination): Pick<Draft, 'readBack' | 'readBackUrl' | 'readBackQuery'> {
  return {
    readBack: readBack?.kind ?? 'none',
    readBackUrl: readBack?.kind === 'http' ? readBack.url : '',
    readBackQuery: readBack?.kind === 'sql' ? readBack.query : '',
  };
}

function textsOf({ url, filter, transform, probeUrl, until }: Destination) {
  return {
    url: url ?? '',
    filter: filter ?? '',
    transform: transform ?? '',
    probeUrl: probeUrl ?? '',
    until: until ?? '',
  };
}

function prioritiesOf({ priority }: Destination): Pick<Draft, 'priority' | 'priorities'> {
  if (typeof priority === 'string') return { priority, priorities: '' };
  const lines = Object.entries(priority).map(([topic, its]) => `${topic} ${its}`);
  return { priority: BY_TOPIC, priorities: lines.join('\n') };
}

/** The body of the request, without the reason. Without secrets, it keeps those it has, or gets a new one. */
export function requestOf(draft: Draft): object {
  return {
    kind: draft.kind,
    ...(draft.kind === 'http' ? ofHttp(draft) : ofOtherKind(draft)),
    ...previewOf(draft),
    priority: draft.priority === BY_TOPIC ? byTopic(draft.priorities) : draft.priority,
    concurrency: Number(draft.concurrency),
    rate: rateOf(draft),
    backfillRate: Number(draft.backfillRate),
    timeoutMs: Number(draft.timeoutMs),
    alertAfterMs: Number(draft.alertAfterMs),
    pauseWindows: windowsOf(draft.pauseWindows),
    until: orNull(draft.until),
    inDoubt: draft.inDoubt,
    allowPrivate: draft.allowPrivate,
    ...(draft.from.trim() !== '' && { from: draft.from.trim() }),
    readBack: READ_BACK[draft.readBack](draft),
  };
}

function ofHttp({ url, probeUrl, newestSecret, olderSecret }: Draft): object {
  const secrets = [newestSecret, olderSecret].map((secret) => secret.trim()).filter(Boolean);
  return { url: url.trim(), probeUrl: orNull(probeUrl), ...(secrets.length > 0 && { secrets }) };
}

function ofOtherKind({ kind, settings, credentials, dropsCredentials }: Draft): object {
  const typed = credentials.trim();
  return {
    settings: askedSettings(kind, settings),
    ...(dropsCredentials && { credentials: null }),
    ...(typed !== '' && { credentials: typed }),
  };
}

const READ_BACK: Record<ReadBack, (draft: Draft) => Destination['readBack']> = {
  none: () => null,
  http: ({ readBackUrl }) => ({ kind: 'http', url: readBackUrl.trim() }),
  sql: ({ readBackQuery }) => ({ kind: 'sql', query: readBackQuery.trim() }),
};

/** What a preview depends on. */
export function previewOf({ on, shops, filter, transform }: Draft): object {
  return {
    on,
    shops: shops.length > 0 ? shops : null,
    filter: orNull(filter),
    transform: orNull(transform),
  };
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** `orders/paid critical` on each line. */
function byTopic(lines: string): Record<string, string> {
  const rows = lines.split('\n').map((line) => line.trim().split(/\s+/));
  return Object.fromEntries(rows.filter(([topic]) => topic !== '').map(([topic, its = '']) => [topic, its]));
}

/** Half of a rate is sent as it is, so that the API says what is missing. */
function rateOf({ rateMax, rateMs }: Draft): object | null {
  if (rateMax === '' && rateMs === '') return null;
  return {
    ...(rateMax !== '' && { max: Number(rateMax) }),
    ...(rateMs !== '' && { durationMs: Number(rateMs) }),
  };
}

const A_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What every field of the form works with. */
export interface FieldsProps {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
  /** Why the API refused a field, until what was typed there changes. */
  problem: (field: string, typed: (draft: Draft) => unknown) => string | undefined;
}

/** Why a name cannot be that of a new destination; null: it can. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return null;
  if (!A_NAME.test(name)) return 'lower-case letters, digits and dashes, 63 at most';
  return taken.includes(name) ? 'there is already a destination with this name' : null;
}

export function isComplete({ name, kind, url, settings }: Draft): boolean {
  if (name === '') return false;
  if (kind === 'http') return url.trim() !== '';
  return settingsOf(kind).every(
    ([its, { required, begins }]) => !required || String(settings[its] ?? begins).trim() !== '',
  );
}
