import { z } from 'zod';
import { CHECK_STATES, INCOMPLETE_KINDS } from '../../system/states.ts';
import { count, cursor, instant, limit, nextCursor, reason, shop } from './base.ts';

/** A year. Each month is one query to Shopify. */
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;
const day = z.iso.date('must be a day: 2026-10-01');

export const completenessRequest = z
  .strictObject({
    shop,
    from: day.describe("first day, in the shop's time zone"),
    to: day.describe('last day'),
    reason,
  })
  .refine(({ from, to }) => from <= to, { path: ['from'], error: 'must not be after to' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MOST_DAYS * DAY_MS, {
    path: ['to'],
    error: `must be at most ${MOST_DAYS} days after from`,
  });

const counted = count.nullable();

export const completeness = z.object({
  id: z.string(),
  shop: z.string(),
  from: z.string().describe('first day'),
  to: z.string().describe('last day'),
  zone: z.string().nullable().describe("the shop's time zone, in which the days begin"),
  who: z.string(),
  reason: z.string(),
  state: z.enum(CHECK_STATES).describe('asked: the app program starts it within seconds'),
  askedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  here: counted.describe('orders created in the period that are not deleted, test orders included'),
  atShopify: counted.describe('the same at Shopify'),
  deletedHere: counted.describe('orders of the period that are deleted here; not in `here`'),
  testHere: counted.describe('test orders; also in `here`'),
  testAtShopify: counted.describe('test orders; also in `atShopify`'),
  comparedAt: instant.nullable(),
  isComplete: z
    .boolean()
    .nullable()
    .describe('whether the numbers are equal on every day; null: not compared'),
  days: z
    .array(z.object({ day: z.string(), here: count, atShopify: count }))
    .describe('the days on which the numbers differ'),
  found: z
    .array(z.object({ order: z.string(), day: z.string(), what: z.enum(INCOMPLETE_KINDS) }))
    .describe('the first 100: missing here, deleted here only, or gone: unknown to Shopify'),
  daysNotListed: count.describe('days that differ, but whose orders were not looked up'),
  reconcileSince: instant
    .nullable()
    .describe('a reconciliation since this time gets the orders that are missing here; null: none are'),
  sentence: z.string().describe('the result in words'),
  because: z.string().nullable().describe('why it failed'),
});
export type Completeness = z.infer<typeof completeness>;
export const completenessAnswer = completeness.extend({ did: z.string() });

export const completenessQuery = z.strictObject({ shop: shop.optional(), limit: limit.default(50), cursor });
export const completenessPage = z.object({
  checks: z.array(completeness).describe('newest first'),
  cursor: nextCursor,
});
export type CompletenessPage = z.infer<typeof completenessPage>;

export const completenessPlace = z.strictObject({ id: z.uuid() });

export const statementKey = z.object({
  key: z.string().describe('the first 16 hex digits of the SHA-256 of the public key'),
  publicKey: z.string().describe('SPKI, base64'),
});
export type StatementKey = z.infer<typeof statementKey>;
