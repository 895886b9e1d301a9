import type { Counted } from '../../src/persist/completeness-schema.ts';
import type { CompletenessStore } from '../../src/persist/completeness-store.ts';
import { until } from '../support/until.ts';

/** A month without differences. */
export const EQUAL: Counted = {
  zone: 'America/New_York',
  here: 9812,
  atShopify: 9812,
  deletedHere: 3,
  testHere: 2,
  testAtShopify: 2,
  comparedAt: new Date('2026-11-27T10:12:00.000Z'),
  days: [],
  found: [],
  daysNotListed: 0,
};

/** A month in which one order of a day is missing here. */
export function differingIn(shop: string): Counted {
  return {
    ...EQUAL,
    here: 9811,
    days: [{ day: '2026-10-03', startsAt: new Date('2026-10-03T04:00:00.000Z'), here: 311, atShopify: 312 }],
    found: [{ order: `${shop}/7`, day: '2026-10-03', what: 'missing' }],
  };
}

/** Ends the requested check as the app program would; a text is why it failed. @returns its id */
export async function carryOutCheck(store: CompletenessStore, result: Counted | string): Promise<string> {
  await until(async () => (await store.open()).length > 0);
  const [asked] = await store.open();
  if (!asked) throw new Error('no open check');
  await store.begin(asked._id);
  if (typeof result === 'string') await store.failed(asked._id, result);
  else await store.done(asked._id, result);
  return asked._id;
}
