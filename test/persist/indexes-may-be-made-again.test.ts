import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { prepareCollections } from '../../src/persist/collections.ts';
import { openInside, type Inside } from '../support/inside.ts';

const DAY_SECONDS = 86_400;

describe('indexes', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInside();
  });
  afterAll(() => inside.close());

  const indexesOf = async (name: keyof Inside['collections']) =>
    (await inside.collections[name].collection.indexes()).map(({ key, expireAfterSeconds }) => ({
      key: JSON.stringify(key),
      expireAfterSeconds,
    }));
  const retention = async () =>
    (await indexesOf('events')).find((index) => index.key === '{"appliedAt":1}')?.expireAfterSeconds;

  test('making them again changes nothing, also by many programs at once', async () => {
    const names = Object.keys(inside.collections) as (keyof Inside['collections'])[];
    const before = await Promise.all(names.map(indexesOf));
    await Promise.all([1, 2, 3].map(() => prepareCollections(inside.collections, 90)));
    expect(await Promise.all(names.map(indexesOf))).toEqual(before);
    expect(before.every((indexes) => indexes.length >= 2)).toBe(true);
  });

  test("the journal's retention is the setting's, also after it was changed", async () => {
    expect(await retention()).toBe(90 * DAY_SECONDS);
    await prepareCollections(inside.collections, 30);
    expect(await retention()).toBe(30 * DAY_SECONDS);
    await prepareCollections(inside.collections, 0.5);
    expect(await retention()).toBe(DAY_SECONDS / 2);
  });

  test('orders are never thrown away by age', async () => {
    expect((await indexesOf('orders')).every((index) => index.expireAfterSeconds === undefined)).toBe(true);
    expect((await indexesOf('parked')).every((index) => index.expireAfterSeconds === undefined)).toBe(true);
    expect((await indexesOf('spool')).every((index) => index.expireAfterSeconds === undefined)).toBe(true);
  });
});
