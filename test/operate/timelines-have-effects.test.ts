import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Timeline } from '../../src/operate/shapes/events.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { keyOf, randomEventId } from '../support/waiting-event.ts';
import { journalEntry } from './journal-entry.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { effectId, storedEffect, storeEffects } from './stored-effects.ts';

const EVENTS = 25;
const ORDER = keyOf('4711');
const LONG = keyOf('4712');
const SECRET = 'Ada Example';

describe("an order's timeline has what its events set off", () => {
  let dashboard: ServedDashboard;
  const ids = Array.from({ length: EVENTS }, () => randomEventId());
  const change = (sequence: number) => ({
    order: ORDER,
    sequence,
    version: sequence,
    event: ids[sequence - 1]!,
  });
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    const { collections } = dashboard;
    await collections.events.insertMany([
      ...ids.map((_id, i) => journalEntry('{}', { _id, order: ORDER, sequence: i + 1 })),
      journalEntry('{}', { order: LONG, sequence: 1 }),
    ]);
    const receipt = { at: new Date('2026-11-20T10:00:00Z'), answer: '200', ms: 7 };
    await storeEffects(collections, [
      storedEffect(1, { ...change(1), destination: 'wms', state: 'done', attempts: 1, receipt }),
      storedEffect(2, { ...change(1), state: 'failing', attempts: 3, lastError: 'it answered 500' }),
      storedEffect(3, { ...change(12), destination: 'handler-ship', state: 'done', attempts: 1 }),
      storedEffect(4, { ...change(25), state: 'in_doubt', attempts: 1 }),
      // Of a change that the page does not have yet.
      storedEffect(5, { ...change(25), sequence: 26, version: 26, event: randomEventId() }),
      storedEffect(6, {
        ...change(12),
        sequence: null,
        event: null,
        index: 1,
        topic: 'handler/ship',
        causedBy: effectId(3),
        state: 'parked',
        hasBody: true,
        body: JSON.stringify(SECRET),
      }),
      storedEffect(7, { order: keyOf('4713'), sequence: 1 }),
    ]);
    const step = { effect: effectId(3), order: ORDER, round: 0, version: 1, undoneAt: null } as const;
    await collections.handlerSteps.create([
      {
        ...step,
        keptAt: new Date(),
        _id: 'b',
        number: 1,
        name: 'remind',
        kind: 'step',
        result: JSON.stringify(SECRET),
      },
      {
        ...step,
        keptAt: new Date(),
        _id: 'a',
        number: 0,
        name: 'reserve',
        kind: 'step',
        result: JSON.stringify(SECRET),
      },
    ]);
  }, 60_000);
  afterAll(() => dashboard.stop());

  async function page(query: string, order = ORDER): Promise<Timeline> {
    const { status, json } = await dashboard.get(`/api/orders/${order}/timeline?${query}`);
    expect(status).toBe(200);
    return json as unknown as Timeline;
  }

  async function pages(query: string): Promise<number[][]> {
    const all = [await page(query)];
    for (let cursor = all[0]?.cursor; cursor; cursor = all.at(-1)?.cursor)
      all.push(await page(`${query}&cursor=${cursor}`));
    return all.map(({ effects }) => effects.map(({ id }) => Number(id.slice(3))));
  }

  test('in sequence, with state, attempts, receipt and reason; those of other orders are not there', async () => {
    const { effects, effectsLeftOut } = await page('');
    expect(effectsLeftOut).toBe(false);
    expect(effects.map(({ id }) => id)).toEqual([2, 1, 3, 6, 4, 5].map(effectId));
    expect(effects[0]).toMatchObject({ state: 'failing', attempts: 3, lastError: 'it answered 500' });
    expect(effects[1]).toMatchObject({
      event: ids[0],
      destination: 'wms',
      state: 'done',
      receipt: { at: '2026-11-20T10:00:00.000Z', answer: '200', ms: 7 },
      steps: [],
    });
  });

  test("a handler's run has its steps in sequence, and its messages name it; neither has data", async () => {
    const { text } = await dashboard.get(`/api/orders/${ORDER}/timeline`);
    const { effects } = await page('');
    expect(effects[2]?.steps.map(({ name, state }) => [name, state])).toEqual([
      ['reserve', 'done'],
      ['remind', 'done'],
    ]);
    expect(effects[3]).toMatchObject({ topic: 'handler/ship', causedBy: effectId(3), event: null });
    expect(text).not.toContain(SECRET);
  });

  test.each([
    ['limit=10', [[6, 4, 5], [3], [2, 1]]],
    ['sort=-sequence&limit=10', [[6, 4, 5], [3], [2, 1]]],
    ['sort=sequence&limit=10', [[2, 1], [3], [6, 4, 5]]],
    ['sort=sequence&limit=25', [[2, 1, 3, 6, 4, 5]]],
  ])(
    '%s: each effect is on the page of its event; those without an event on the newest',
    async (query, all) => {
      expect(await pages(query)).toEqual(all);
    },
  );

  test('of too many, it has the newest 2,000, and says that there are more', async () => {
    const many = Array.from({ length: 2001 }, (_, i) => storedEffect(1000 + i, { order: LONG, sequence: 1 }));
    await storeEffects(dashboard.collections, many);
    const { effects, effectsLeftOut } = await page('', LONG);
    expect([effects.length, effects[0]?.id, effectsLeftOut]).toEqual([2000, effectId(1001), true]);
  });

  test('a token of another shop sees none of it', async () => {
    const shops = ['other.myshopify.com'];
    const other = await mintToken(JWT_SECRET, { name: 'eve', role: 'admin', shops }, 1);
    const answer = await dashboard.getWith(`/api/orders/${ORDER}/timeline`, other);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('wms');
    const own = await mintToken(
      JWT_SECRET,
      { name: 'ada', role: 'viewer', shops: ['example.myshopify.com'] },
      1,
    );
    expect((await dashboard.getWith(`/api/orders/${ORDER}/timeline`, own)).text).toContain('wms');
  });
});
