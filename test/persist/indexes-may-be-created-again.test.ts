import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { prepareCollections } from '../../src/persist/collections.ts';
import { indexesComponent } from '../../src/persist/indexes-component.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const DAY_SECONDS = 86_400;

describe('indexes', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const indexesOf = async (name: keyof Inside['collections']) =>
    (await inside.collections[name].collection.indexes()).map(({ key, expireAfterSeconds }) => ({
      key: JSON.stringify(key),
      expireAfterSeconds,
    }));
  const lifeOf = async (name: keyof Inside['collections'], key: string) =>
    (await indexesOf(name)).find((index) => index.key === `{"${key}":1}`)?.expireAfterSeconds;

  test('creating them again changes nothing, even by many programs at once', async () => {
    const names = Object.keys(inside.collections) as (keyof Inside['collections'])[];
    const before = await Promise.all(names.map(indexesOf));
    await Promise.all(
      [1, 2, 3].map(() => prepareCollections(inside.collections, { journal: 90, changes: 30 })),
    );
    expect(await Promise.all(names.map(indexesOf))).toEqual(before);
    const wanted = (name: keyof Inside['collections']) => inside.collections[name].schema.indexes().length;
    expect(names.filter((name, i) => !(before[i]!.length > wanted(name)))).toEqual([]);
  });

  test.each([
    ['events', 'appliedAt'],
    ['parked', 'lastAt'],
  ] as const)('%s are kept as long as the setting says, even after it was changed', async (name, key) => {
    for (const days of [90, 30, 0.5]) {
      await prepareCollections(inside.collections, { journal: days, changes: 30 });
      expect(await lifeOf(name, key)).toBe(days * DAY_SECONDS);
    }
  });

  test('passes of reconciliation are kept for 90 days after they ended', async () => {
    expect(await lifeOf('reconciles', 'endedAt')).toBe(90 * DAY_SECONDS);
  });

  describe('that take long', () => {
    const said: string[] = [];
    const write = (line: string) => void said.push(String((JSON.parse(line) as { msg: unknown }).msg));
    const log = pino({ level: 'info' }, { write });
    beforeEach(() => void said.splice(0));

    test('do not delay the start of a program: they continue over a connection without a timeout', async () => {
      const { mongoUri } = await namespace();
      let finish = () => undefined as void;
      let silenceMs: unknown;
      const component = indexesComponent(
        mongoUri,
        log,
        async ({ events }) => {
          silenceMs = events.db.getClient().options.socketTimeoutMS;
          await new Promise<void>((resolve) => (finish = resolve));
          await events.createIndexes();
        },
        20,
      );
      await component.start?.();
      expect(said).toEqual([expect.stringContaining('still building indexes')]);
      await until(() => silenceMs !== undefined);
      expect(silenceMs).toBe(0);
      finish();
      await until(() => said.includes('MongoDB has built the indexes'));
      await component.stop();
    });

    test('that already exist delay nothing, and a failure is reported', async () => {
      const { mongoUri } = await namespace();
      const component = indexesComponent(mongoUri, log, (collections) =>
        prepareCollections(collections, { journal: 90, changes: 30 }),
      );
      await component.start?.();
      expect(said).toEqual([]);
      const failing = indexesComponent(mongoUri, log, () => Promise.reject(new Error('no disk')));
      await expect(failing.start?.()).rejects.toThrow('no disk');
    });
  });

  test('orders and spooled events never expire', async () => {
    expect((await indexesOf('orders')).every((index) => index.expireAfterSeconds === undefined)).toBe(true);
    expect((await indexesOf('spool')).every((index) => index.expireAfterSeconds === undefined)).toBe(true);
  });
});
