import { APPLIED, LATER, ORDER, REASON, RECEIVED, RUN_ID, SHOP } from './example-values.ts';

/** Examples of the API's document: completeness checks. */

const NUMBERS = {
  here: 9811,
  atShopify: 9812,
  deletedHere: 3,
  testHere: 12,
  testAtShopify: 12,
  comparedAt: LATER,
};
const CHECK = {
  id: RUN_ID,
  shop: SHOP,
  from: '2026-10-01',
  to: '2026-10-31',
  zone: 'America/New_York',
  who: 'ada',
  reason: REASON,
  state: 'done',
  askedAt: RECEIVED,
  startedAt: APPLIED,
  endedAt: LATER,
  ...NUMBERS,
  isComplete: false,
  days: [{ day: '2026-10-04', here: 311, atShopify: 312 }],
  found: [{ order: ORDER, day: '2026-10-04', what: 'missing' }],
  daysNotListed: 0,
  reconcileSince: '2026-10-04T04:00:00.000Z',
  sentence: `1–31 October 2026: 9,811 orders here, 9,812 at Shopify, different on 1 day, compared on ${LATER.slice(0, 16).replace('T', ' ')} UTC`,
  because: null,
};
const KEY = { key: '3c1f2a9be07d5564', publicKey: 'MCowBQYDK2VwAyEA3H0gY2V4YW1wbGU' };

export const COMPLETENESS_EXAMPLES: Readonly<Record<string, object>> = {
  CompletenessRequest: { shop: SHOP, from: '2026-10-01', to: '2026-10-31', reason: REASON },
  CompletenessCheck: CHECK,
  CompletenessBegun: { ...CHECK, did: 'requested a check of 2026-10-01 to 2026-10-31' },
  CompletenessPage: { checks: [CHECK], cursor: null },
  StatementKey: KEY,
  CompletenessStatement: {
    statement: {
      statement: 'lockstep completeness 1',
      check: RUN_ID,
      shop: SHOP,
      from: '2026-10-01',
      to: '2026-10-31',
      zone: 'America/New_York',
      ...NUMBERS,
      differingDays: 1,
      by: 'Lockstep 0.1.0',
    },
    signature: { algorithm: 'Ed25519', ...KEY, signed: 'Zm9yIGV4YW1wbGU=' },
  },
};
