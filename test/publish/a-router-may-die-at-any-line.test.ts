import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { createEffectStore } from '../../src/persist/effect-store.ts';
import { webhookIdsOf } from '../../src/persist/journaled.ts';
import { createRoutedBlocks } from '../../src/persist/routed-blocks.ts';
import { createRouter } from '../../src/publish/router.ts';
import { silent } from '../support/in-process.ts';
import { Publishing } from './publishing.ts';

class Died extends Error {}

describe('routers', () => {
  let publishing: Publishing;
  let order = 1000;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());

  /** @param dies after so many lines; before or after the line has an effect */
  function mortal(dies: number, when: 'before' | 'after') {
    let lines = 0;
    return <Arguments extends unknown[], Answer>(line: (...args: Arguments) => Promise<Answer>) =>
      async (...args: Arguments): Promise<Answer> => {
        const isLast = (lines += 1) === dies;
        if (isLast && when === 'before') throw new Died();
        const answer = await line(...args);
        if (isLast && when === 'after') throw new Died();
        return answer;
      };
  }

  function routerOf(die: ReturnType<typeof mortal>) {
    const { collections } = publishing.inside;
    const { position, newest, after, advance } = createRoutedBlocks(collections);
    const effects = createEffectStore(collections);
    const destinations = createDestinationStore(collections, Date.now);
    return createRouter({
      blocks: { position: die(position), newest, after: die(after), advance: die(advance) },
      destinations: { all: die(destinations.all) },
      effects: { insert: die(effects.insert) },
      webhookIds: webhookIdsOf(collections.events),
      wake: die(() => Promise.resolve()),
      log: silent,
      now: Date.now,
    });
  }

  test('any number of routers that die anywhere make each effect once, none missing', async () => {
    const death = fc.record({
      line: fc.integer({ min: 1, max: 8 }),
      when: fc.constantFrom('before', 'after'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(death, { maxLength: 4 }), async (deaths) => {
        const name = `d-${randomUUID()}`;
        await publishing.destination(name, {});
        const events = await publishing.live((order += 1), 4);
        const runs = deaths.map(({ line, when }) => routerOf(mortal(line, when as 'before' | 'after')));
        const endings = await Promise.allSettled(
          runs.map(async (router) => {
            while ((await router.step()) > 0);
          }),
        );
        const reasons = endings.flatMap((ending) =>
          ending.status === 'rejected' ? [ending.reason as unknown] : [],
        );
        expect(reasons.filter((reason) => !(reason instanceof Died))).toEqual([]);
        const last = routerOf(mortal(0, 'before'));
        while ((await last.step()) > 0);
        const effects = await publishing.effects({ destination: name });
        expect(effects.map(({ event }) => event)).toEqual(events.map(({ id }) => id));
        expect(effects.map(({ webhookId }) => webhookId)).toEqual(events.map(({ webhookId }) => webhookId));
        expect(effects.every(({ state }) => state === 'waiting')).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('an effect that was sent stays as it ended, however often its block is routed', async () => {
    const { collections } = publishing.inside;
    const name = `d-${randomUUID()}`;
    await publishing.destination(name, {});
    const router = routerOf(mortal(0, 'before'));
    while ((await router.step()) > 0);
    const block = await createRoutedBlocks(collections).position();
    await publishing.live((order += 1), 2);
    while ((await router.step()) > 0);
    const [first] = await publishing.effects({ destination: name });
    const at = new Date();
    const receipt = { at, answer: '200', ms: 1 };
    await createEffectStore(collections).end(first!, { state: 'done', receipt }, at);
    const before = await publishing.effects({ destination: name });
    expect(before.map(({ state }) => state)).toEqual(['done', 'waiting']);
    // As if the router had died before it recorded its position.
    await collections.routed.updateOne({}, { $set: { block } });
    while ((await router.step()) > 0);
    expect(await publishing.effects({ destination: name })).toEqual(before);
  });

  test('blocks that expired before they were routed are recorded and logged', async () => {
    const { collections } = publishing.inside;
    const router = routerOf(mortal(0, 'before'));
    while ((await router.step()) > 0);
    const from = await createRoutedBlocks(collections).position();
    for (let i = 0; i < 3; i += 1) await publishing.live((order += 1), 1);
    await collections.changes.deleteMany({ _id: { $lte: from + 2 } });
    while ((await router.step()) > 0);
    const found = await collections.routed.findOne().lean();
    expect(found).toMatchObject({ block: from + 3, missed: { from: from + 1, to: from + 2 } });
  });
});
