import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Depositor } from '../../src/deposit/depositor.ts';
import { createSpoolingDepositor } from '../../src/deposit/spooling-depositor.ts';
import { createSpool, type Spool } from '../../src/persist/spool.ts';
import { compress } from '../../src/system/payload.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { waitingEvent } from '../support/waiting-event.ts';

const never = new Promise<never>(() => undefined);

describe('P2: a deposit that Redis cannot take', () => {
  let inside: Inside;
  let kept: Spool;
  beforeAll(async () => {
    inside = await openInProcess();
    kept = createSpool(inside.client, inside.collections.spool.db.name);
  });
  afterAll(() => inside.close());

  let asked: number;
  let away: boolean;
  let hanging: Promise<void> | null;
  let reasons: string[];
  beforeEach(() => {
    [asked, away, hanging, reasons] = [0, true, null, []];
  });
  const redis: Depositor = {
    deposit: async (event) => {
      asked += 1;
      if (hanging) await hanging;
      if (away) throw new Error('Redis is down');
      return { outcome: 'accepted', event: event.id };
    },
  };
  const deposits = (over = kept, depositTimeoutMs = 1500) =>
    createSpoolingDepositor(redis, over, depositTimeoutMs, { spooled: (reason) => reasons.push(reason) });

  test('goes to the spool completely; sent again it is a duplicate, with the time of the first', async () => {
    const event = waitingEvent(
      'orders/paid',
      { id: 7, note: 'ß' },
      { triggeredAt: '2026-11-27T15:00:01.104512Z' },
    );
    const depositor = deposits();
    expect(await depositor.deposit(event, 'a delivery')).toEqual({ outcome: 'accepted', event: event.id });
    expect(await depositor.deposit({ ...event, receivedAt: event.receivedAt + 5000 }, 'a delivery')).toEqual({
      outcome: 'duplicate',
      event: event.id,
      firstSeenAt: new Date(event.receivedAt),
    });
    expect(reasons).toEqual(['Redis is down', 'Redis is down']);
    const spooled = (await kept.oldest(1000)).find((each) => each.event.id === event.id);
    expect(spooled?.delivery).toBe('a delivery');
    expect({ ...spooled?.event, body: Buffer.from(spooled?.event.body ?? []) }).toEqual({
      ...event,
      body: Buffer.from(event.body),
      payload: compress(event.body),
    });
  });

  test('shares a write with many others, and each is there once', async () => {
    const depositor = deposits();
    const events = Array.from({ length: 50 }, (_, id) => waitingEvent('orders/paid', { id }));
    inside.commands.length = 0;
    const answers = await Promise.all([...events, ...events].map((event) => depositor.deposit(event, null)));
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(50);
    expect(inside.commands.filter((name) => name === 'bulkWrite').length).toBeLessThan(10);
  });

  test('stops the use of Redis after five in a row; a second later Redis is tested, and used if it works', async () => {
    const depositor = deposits();
    for (let i = 0; i < 20; i += 1) await depositor.deposit(waitingEvent('orders/paid', { i }), null);
    expect(asked).toBe(5);
    away = false;
    await until(async () => {
      await depositor.deposit(waitingEvent('orders/paid', { at: asked, reasons: reasons.length }), null);
      return asked > 5;
    }, 5000);
    const before = reasons.length;
    await depositor.deposit(waitingEvent('orders/paid', { id: 'well' }), null);
    expect(reasons).toHaveLength(before);
  });

  test('does not wait while another one tests a Redis that hangs', async () => {
    const depositor = deposits(kept, 60_000);
    for (let i = 0; i < 5; i += 1) await depositor.deposit(waitingEvent('orders/paid', { i }), null);
    let resume = () => undefined as void;
    hanging = new Promise<void>((resolve) => (resume = resolve));
    const asking: Promise<unknown>[] = [];
    await until(() => {
      asking.push(depositor.deposit(waitingEvent('orders/paid', { at: asked }), null));
      return asked > 5;
    }, 5000);
    const answers = [1, 2, 3].map((id) => depositor.deposit(waitingEvent('orders/paid', { id }), null));
    expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('accepted'));
    expect(asked).toBe(6);
    resume();
    await Promise.all(asking);
  });

  test.each<[string, Spool['put'], string]>([
    ['refuses', () => Promise.reject(new Error('MongoDB is down')), 'MongoDB is down'],
    ['does not answer', () => never, 'too slow'],
  ])('is not durable anywhere if the spool %s too', async (_, put, reason) => {
    await expect(
      deposits({ ...kept, put }).deposit(waitingEvent('orders/paid', {}), null),
    ).rejects.toMatchObject({
      code: 'not_durable',
      message: expect.stringContaining(reason) as unknown,
    });
  });
});
