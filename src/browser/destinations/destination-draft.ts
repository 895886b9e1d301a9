import type { Destination } from '../../operate/shapes/destinations.ts';

type Priority = Extract<Destination['priority'], string>;
export type InDoubt = Destination['inDoubt'];
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
  url: string;
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
  inDoubt: InDoubt;
  probeUrl: string;
  /** Of a new one: `beginning` or a time; empty: only changes from now on. */
  from: string;
  /** Kept as it is: it is changed on the command line. */
  readBack: Destination['readBack'];
  allowPrivate: boolean;
  newestSecret: string;
  olderSecret: string;
}

/** The API's defaults. */
const NEW: Draft = {
  name: '',
  url: '',
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
  inDoubt: 'repeat',
  probeUrl: '',
  from: '',
  readBack: null,
  allowPrivate: false,
  newestSecret: '',
  olderSecret: '',
};

/** @param destination null: a new one */
export function draftOf(destination: Destination | null): Draft {
  if (!destination) return NEW;
  const { name, on, readBack, concurrency, backfillRate, timeoutMs, alertAfterMs } = destination;
  const { inDoubt, allowPrivate, shops, rate } = destination;
  return {
    ...NEW,
    name,
    on,
    readBack,
    concurrency,
    backfillRate,
    timeoutMs,
    alertAfterMs,
    inDoubt,
    allowPrivate,
    ...textsOf(destination),
    ...prioritiesOf(destination),
    shops: shops ?? [],
    rateMax: rate?.max ?? '',
    rateMs: rate?.durationMs ?? '',
  };
}

function textsOf({ url, filter, transform, probeUrl }: Destination) {
  return { url: url ?? '', filter: filter ?? '', transform: transform ?? '', probeUrl: probeUrl ?? '' };
}

function prioritiesOf({ priority }: Destination): Pick<Draft, 'priority' | 'priorities'> {
  if (typeof priority === 'string') return { priority, priorities: '' };
  const lines = Object.entries(priority).map(([topic, its]) => `${topic} ${its}`);
  return { priority: BY_TOPIC, priorities: lines.join('\n') };
}

/** The body of the request, without the reason. Without secrets, it keeps those it has, or gets a new one. */
export function requestOf(draft: Draft): object {
  const secrets = [draft.newestSecret, draft.olderSecret].map((secret) => secret.trim()).filter(Boolean);
  return {
    kind: 'http',
    url: draft.url.trim(),
    ...previewOf(draft),
    priority: draft.priority === BY_TOPIC ? byTopic(draft.priorities) : draft.priority,
    concurrency: Number(draft.concurrency),
    rate: rateOf(draft),
    backfillRate: Number(draft.backfillRate),
    timeoutMs: Number(draft.timeoutMs),
    alertAfterMs: Number(draft.alertAfterMs),
    inDoubt: draft.inDoubt,
    probeUrl: orNull(draft.probeUrl),
    allowPrivate: draft.allowPrivate,
    ...(draft.from.trim() !== '' && { from: draft.from.trim() }),
    readBack: draft.readBack,
    ...(secrets.length > 0 && { secrets }),
  };
}

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
}

/** Why a name cannot be that of a new destination; null: it can. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return null;
  if (!A_NAME.test(name)) return 'lower-case letters, digits and dashes, 63 at most';
  return taken.includes(name) ? 'there is already a destination with this name' : null;
}

export function isComplete({ name, url, on }: Draft): boolean {
  return name !== '' && url.trim() !== '' && on.length > 0;
}
