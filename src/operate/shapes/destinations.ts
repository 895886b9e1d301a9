import { z } from 'zod';
import { isTrigger } from '../../order/effects.ts';
import { BACKFILL_RATE, MOST_BACKFILL_RATE } from '../../system/backfill-rate.ts';
import { DESTINATION_KINDS, type DestinationKind } from '../../system/destination-kinds.ts';
import {
  ALERT_AFTER_MS,
  DESTINATION_STATES,
  IN_DOUBT_POLICIES,
  PAUSED_BY,
  PRIORITIES,
} from '../../system/states.ts';
import { backlog } from './backlog.ts';
import { CREDENTIALS, SETTINGS } from './destination-settings.ts';
import { count, instant, reason, shop } from './base.ts';
import { openWindow, phase, whenAsked, whenShown } from './pause-windows.ts';

/** The name of a destination; it is part of the names of Redis keys. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a name: lower-case letters, digits and dashes, 63 at most');
export const destinationPlace = z.strictObject({ name });

const trigger = z
  .string()
  .max(100)
  .refine(isTrigger, 'not a topic of an order, `status:<status>`, or `*`')
  .meta({ examples: ['orders/paid', 'status:shipped', '*'] });

/** HTTP and HTTPS. Credentials in an address would appear in lists and logs. */
const address = z
  .string()
  .max(2000)
  .refine(isAddress, 'not an http or https address without user name, password and fragment');

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.hash === '';
}

const priority = z.enum(PRIORITIES);
const rate = z.strictObject({
  max: z.number().int().min(1).max(100_000).describe('messages'),
  durationMs: z.number().int().min(100).max(3_600_000).describe('in so many ms'),
});
const expression = z.string().min(1).max(10_000);
const MOST_CONCURRENT = 1000;
const WEEK_MS = 7 * 86_400_000;

const probeUrl = address
  .nullable()
  .describe(
    'answers GET with 2xx if the message with the id `{id}` has arrived, with 404 if not; needed for `inDoubt: ask`',
  );

const readBack = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    url: address.describe('answers GET with `{"orders":[{"key","version"}],"next":<cursor>|null}`, by key'),
  }),
  z.strictObject({
    kind: z.literal('sql'),
    query: z
      .string()
      .min(1)
      .max(10_000)
      .describe('a query with the columns `key` and `version`; only PostgreSQL destinations have it'),
  }),
]);

/** What destinations of all kinds have. */
export const settings = {
  readBack: readBack
    .nullable()
    .describe(
      'how a comparison reads what the other side has; null: a PostgreSQL destination reads its table',
    ),
  allowPrivate: z.boolean().describe('whether the address may be in a private network'),
  on: z
    .array(trigger)
    .max(100)
    .describe('topics, `status:<new status>`, or `*` for every change; empty: only what handlers set off'),
  shops: z.array(shop).min(1).max(1000).nullable().describe('null: all shops'),
  filter: expression.nullable().describe('JSONata over the message: it is sent only if the result is `true`'),
  transform: expression.nullable().describe('JSONata over the message: the result is sent'),
  priority: z
    .union([priority, z.record(z.string().max(100), priority)])
    .describe('which effects of this destination are sent first: for all topics, or by topic'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(MOST_CONCURRENT)
    .describe('messages at a time, over all publishers'),
  rate: rate
    .nullable()
    .describe('at most so many messages in so much time, over all publishers; null: no limit'),
  backfillRate: z
    .number()
    .int()
    .min(1)
    .max(MOST_BACKFILL_RATE)
    .describe('how many orders per second get their history while a backfill runs, over all publishers'),
  timeoutMs: z.number().int().min(100).max(120_000).describe('how long one attempt may take'),
  alertAfterMs: z
    .number()
    .int()
    .min(1000)
    .max(WEEK_MS)
    .describe('the status says that an operator is needed if one of its effects has been waiting for longer'),
  inDoubt: z
    .enum(IN_DOUBT_POLICIES)
    .describe(
      'if a message may or may not have arrived: `repeat` sends it again with the same id, `ask` asks `probeUrl` first, `wait` waits for an operator',
    ),
};

const NOT_A_BEGIN = 'not `beginning` or an ISO 8601 time with a zone';
/** Null: from the beginning. */
const from = z
  .union([z.literal('beginning'), z.iso.datetime({ offset: true, error: NOT_A_BEGIN })], NOT_A_BEGIN)
  .transform((text) => (text === 'beginning' ? null : new Date(text)))
  .meta({
    description: '`beginning`, or a time: only changes that Lockstep has committed since then',
    examples: ['beginning', '2026-11-01T00:00:00Z'],
  });

/** The same with the defaults of fields that are absent. */
const withDefaults = {
  ...settings,
  readBack: settings.readBack.default(null),
  allowPrivate: settings.allowPrivate.default(false),
  on: settings.on.default(['*']),
  shops: settings.shops.default(null),
  filter: settings.filter.default(null),
  transform: settings.transform.default(null),
  priority: settings.priority.default('normal'),
  concurrency: settings.concurrency.default(10),
  rate: settings.rate.default(null),
  backfillRate: settings.backfillRate.default(BACKFILL_RATE),
  timeoutMs: settings.timeoutMs.default(10_000),
  alertAfterMs: settings.alertAfterMs.default(ALERT_AFTER_MS),
  inDoubt: settings.inDoubt.default('repeat'),
  ...whenAsked,
  from: from
    .optional()
    .describe(
      'only of a new destination: the history that it gets first, `beginning` or a time; absent: only changes from now on',
    ),
};

/** Slack takes one message a second from each webhook. */
const RATES: Partial<Record<DestinationKind, z.output<typeof rate>>> = {
  slack: { max: 1, durationMs: 1000 },
};

const secret = z.string().max(200);

/** Over HTTP. Its fields are those of the contract. */
const httpPut = z
  .strictObject({
    kind: z.literal('http').default('http'),
    url: address,
    probeUrl: probeUrl.default(null),
    settings: z.null().default(null),
    credentials: z.null().default(null),
    ...withDefaults,
    secrets: z
      .array(secret)
      .max(2)
      .optional()
      .describe(
        'sign the messages, the newest first: `whsec_<base64>`, 24 to 64 bytes; absent: those it has, or a new one',
      ),
    reason,
  })
  .refine(({ inDoubt, probeUrl }) => inDoubt !== 'ask' || probeUrl !== null, {
    path: ['probeUrl'],
    message: 'is needed for `inDoubt: ask`',
  });

/** Of another kind. Its client's protocol has no signatures, and cannot be asked for a message. */
const putOf = <Kind extends keyof typeof SETTINGS>(kind: Kind) =>
  z.strictObject({
    kind: z.literal(kind),
    url: z.null().default(null),
    probeUrl: z.null().default(null),
    settings: SETTINGS[kind],
    credentials: z
      .string()
      .min(1)
      .max(16_384)
      .refine((text) => kind !== 'slack' || isAddress(text), 'not the http or https address of a webhook')
      .nullable()
      .optional()
      .describe(`${CREDENTIALS[kind]}; null: none; absent: what it has`),
    ...withDefaults,
    rate: settings.rate.default(RATES[kind] ?? null),
    inDoubt: settings.inDoubt.exclude(['ask']).default('repeat'),
    secrets: z.array(secret).max(0).default([]).describe('only HTTP messages are signed'),
    reason,
  });

export const destinationPut = z.discriminatedUnion('kind', [
  httpPut,
  putOf('postgres'),
  putOf('rabbitmq'),
  putOf('nats'),
  putOf('kafka'),
  putOf('sqs'),
  putOf('slack'),
]);
export type DestinationPut = z.output<typeof destinationPut>;

export const backfillRequest = z.strictObject({
  from,
  rate: settings.backfillRate.optional().describe('changes its `backfillRate`; absent: it stays'),
  reason,
});
export type BackfillRequest = z.output<typeof backfillRequest>;

/** A backfill, and how far it is. */
const backfill = z.object({
  from: instant.nullable().describe('only changes committed since then; null: from the beginning'),
  since: instant.describe('when it was started'),
  orders: count.describe('orders that have their history'),
  about: count.nullable().describe('of about how many; null: not counted yet'),
  effects: count.describe('effects that it made for them'),
  endsAt: instant.nullable().describe('by its pace so far; null: not known'),
  endedAt: instant.nullable().describe('null: it is not finished'),
});
export type BackfillShown = z.infer<typeof backfill>;

/** Open effects of a destination. */
const open = z.object({
  waiting: count.describe('to be sent, for the first time'),
  failing: count.describe('an attempt failed, another one follows'),
  sleeping: count.describe('their handler waits for a time'),
  inDoubt: count.describe('an operator decides'),
  parked: count.describe('all attempts failed; an operator decides'),
  oldestAt: instant.nullable().describe('when the oldest of them was created'),
});

export const destination = z.object({
  name: z.string(),
  kind: z.enum(DESTINATION_KINDS).describe('`handler`: your own code, which runs in a publisher'),
  url: z.string().nullable().describe('of `http`'),
  probeUrl,
  settings: z.union(Object.values(SETTINGS)).nullable().describe('of other kinds than `http`'),
  credentials: z.boolean().describe('whether it has credentials; they are never shown'),
  ...settings,
  ...whenShown,
  handler: z
    .object({
      version: z.number().int().describe('the newest that a publisher had'),
      seenAt: instant.describe('when a publisher that has it last ran'),
    })
    .nullable()
    .describe('null: it is not a handler'),
  shops: z.array(z.string()).nullable().describe('null: all shops'),
  secrets: count.describe('how many secrets sign its messages'),
  state: z.enum(DESTINATION_STATES).describe('paused: until it is resumed'),
  phase,
  window: openWindow.nullable().describe('null: it is not paused by a window'),
  because: z.string().nullable().describe('why it is paused'),
  pausedBy: z
    .enum(PAUSED_BY)
    .nullable()
    .describe('destination: the other side wants no more messages; null: it is not paused'),
  createdAt: instant,
  changedAt: instant,
  revision: z.number().int(),
  open,
  backfill: backfill.nullable().describe('the last one; null: none'),
  backlog,
});
export type Destination = z.infer<typeof destination>;

export const destinationList = z.object({ destinations: z.array(destination).describe('by name') });
export type DestinationList = z.infer<typeof destinationList>;

export const destinationAnswer = destination.extend({
  did: z.string(),
  secret: z.string().optional().describe('a secret that was made; it is never shown again'),
});
export type DestinationAnswer = z.infer<typeof destinationAnswer>;

export const destinationTested = z.object({
  outcome: z.enum(['done', 'refused', 'away', 'busy', 'gone', 'unknown', 'skipped']),
  answer: z.string().describe('what the other side answered: a status, or the code of an error'),
  because: z.string().nullable(),
  ms: z.number().int(),
  sent: z.string().nullable().describe('the message, customer data masked; null: its filter refused it'),
  did: z.string(),
});
export type DestinationTested = z.infer<typeof destinationTested>;
