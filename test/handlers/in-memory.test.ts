import { describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { handler, Undo, type HandlerContext } from '../../src/handlers.ts';
import { runHandler, type OtherEvent, type Webhook } from '../../src/testing.ts';

const FROM = new Date('2026-11-20T10:00:00Z');
const SHOP = 'example.myshopify.com';
const webhooks: Webhook[] = lifeOf(randomFrom(1), SHOP, 1, FROM).map(({ topic, body, triggeredAt }) => ({
  topic,
  body: JSON.parse(body.toString()) as object,
  at: triggeredAt,
}));
const paid = (run: (context: HandlerContext) => unknown, more = {}) =>
  handler({ name: 'mine', on: 'orders/paid', run, ...more });

describe('runHandler', () => {
  test('runs a handler for each change that it wants, with the order as of the change', async () => {
    const seen: unknown[] = [];
    const all = handler({
      name: 'all',
      on: ['orders/create', 'status:awaiting_shipment'],
      run: ({ change, order }) => {
        seen.push([change.type, change.data?.version, order?.version, typeof change.data?.body]);
      },
    });
    const { runs } = await runHandler(all, { webhooks });
    expect(runs.map(({ topic, state }) => `${topic} ${state}`)).toEqual([
      'orders/create done',
      expect.stringMatching(/ done$/),
    ]);
    expect(seen).toEqual([
      ['orders/create', 1, 1, 'object'],
      [runs[1]!.topic, expect.any(Number), expect.any(Number), 'object'],
    ]);
  });

  test('kills it at every step: functions run again only before their result is kept', async () => {
    const mine = paid(async ({ step }) => {
      await step('a', () => 1, { compensate: () => undefined });
      await step('b', () => 2);
      throw new Undo('enough');
    });
    const { runs } = await runHandler(mine, { webhooks, dieAt: 'every step' });
    expect(runs).toMatchObject([
      {
        state: 'skipped',
        because: 'undone: enough',
        steps: [
          { name: 'a', calls: 2, isUndone: true, result: 1 },
          { name: 'b', calls: 2, isUndone: false, result: 2 },
        ],
      },
    ]);
    expect(runs[0]!.deaths).toEqual([
      '"a" begins',
      '"a" has ended, but is not kept',
      '"a" is kept',
      '"b" begins',
      '"b" has ended, but is not kept',
      '"b" is kept',
      '"a" is undone, but that is not kept',
      '"a" is kept as undone',
    ]);
  });

  test('repeats what fails, by the schedule, then undoes it and parks it', async () => {
    let tries = 0;
    const undone: unknown[] = [];
    const mine = paid(async ({ step }) => {
      await step('a', () => ({ id: 7 }), { compensate: ({ id }) => undone.push(id) });
      tries += 1;
      throw new RangeError('Jane');
    });
    const { runs } = await runHandler(mine, { webhooks });
    expect(runs).toMatchObject([{ state: 'parked', because: expect.stringMatching(/^it threw RangeError/) }]);
    expect(runs[0]!.because).toMatch(/its steps were undone$/);
    expect({ tries, undone }).toEqual({ tries: 11, undone: [7] });
  });

  test('sleeps until later webhooks are applied, or there are none', async () => {
    const mine = paid(async ({ change, order, sleepUntil, log }) => {
      await sleepUntil(new Date(FROM.getTime() + 86_400_000));
      log.info(`${change.after.status} then ${order?.status}`);
    });
    const { runs, logged } = await runHandler(mine, { webhooks });
    expect(runs).toMatchObject([{ state: 'done', sleeps: [new Date(FROM.getTime() + 86_400_000)] }]);
    expect(logged).toEqual(['awaiting_shipment then shipped']);
  });

  test('ends what never ends', async () => {
    const hangs = paid(() => new Promise(() => undefined), { timeoutMs: 100 });
    const { runs } = await runHandler(hangs, { webhooks });
    expect(runs).toMatchObject([{ state: 'parked', because: 'it did not end within 100 ms' }]);
  });

  test('takes events of other systems, in the sequence, each once', async () => {
    const seen: unknown[] = [];
    const mine = handler({
      name: 'mine',
      on: ['wms/picked', 'orders/paid'],
      run: async ({ change, order, step }) => {
        await step('see', () => undefined);
        const picked = change.data?.external?.['wms/picked'];
        seen.push([change.type, change.occurredAt, change.late, picked?.data, order?.name]);
      },
    });
    const [created, ...rest] = webhooks;
    const early = FROM.toISOString().replace('10:00:00', '09:59:00');
    const picked = (boxes: number, occurredAt: string, at?: Date) => ({
      type: 'wms/picked',
      data: { boxes },
      occurredAt,
      ...(at && { at }),
    });
    const late = picked(1, early, new Date(FROM.getTime() + 500));
    const last = picked(2, '2026-11-20T11:00:00Z');
    const { runs } = await runHandler(mine, {
      webhooks: [created!, late, ...rest, last],
      dieAt: 'every step',
    });
    expect(runs.map(({ topic, state }) => `${topic} ${state}`)).toEqual([
      'wms/picked done',
      'orders/paid done',
      'wms/picked done',
    ]);
    const name = expect.stringMatching(/^#/);
    expect(seen).toEqual([
      ['wms/picked', early, true, { boxes: 1 }, name],
      ['orders/paid', expect.any(String), false, { boxes: 1 }, name],
      ['wms/picked', '2026-11-20T11:00:00.000Z', false, { boxes: 2 }, name],
    ]);
    const alone = { type: 'wms/picked', data: {}, order: '7' };
    expect((await runHandler(mine, { webhooks: [alone] })).runs).toMatchObject([{ topic: 'wms/picked' }]);
  });

  test('refuses bad input, and says which', async () => {
    const fine = paid(() => undefined);
    const run = (webhook: Webhook | OtherEvent) => runHandler(fine, { webhooks: [webhooks[0]!, webhook] });
    await expect(run({ topic: 'orders/payed', body: {} })).rejects.toThrow(
      'webhook 1: orders/payed is not a topic of an order',
    );
    await expect(run({ topic: 'orders/paid', body: {} })).rejects.toThrow(
      'webhook 1 (orders/paid) names no order',
    );
    await expect(run({ topic: 'orders/paid', body: { id: 1 } })).rejects.toThrow(
      'webhook 1 (orders/paid) is about another order',
    );
    await expect(run({ type: 'orders/paid', data: {} })).rejects.toThrow(
      "webhook 1: orders/paid is not a type of another system's events",
    );
    await expect(run({ type: 'wms/picked', data: [] })).rejects.toThrow('its data is not an object');
    await expect(run({ type: 'wms/picked', data: {}, occurredAt: 'noon' })).rejects.toThrow(
      'webhook 1 (wms/picked): occurredAt is not a time',
    );
    await expect(run({ type: 'wms/picked', data: {}, order: '1' })).rejects.toThrow(
      'webhook 1 (wms/picked) is about another order',
    );
    await expect(runHandler(fine, { webhooks: [{ type: 'wms/picked', data: {} }] })).rejects.toThrow(
      'webhook 0 (wms/picked) names no order',
    );
    const bad = handler({ name: 'Mine', on: '*', run: () => undefined });
    await expect(runHandler(bad, { webhooks })).rejects.toThrow(
      'the handler cannot be used: name: not a name',
    );
  });
});
