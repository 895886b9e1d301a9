import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeEntry, encodeEntry } from '../../src/deposit/mailbox-entry.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createSpool } from '../../src/persist/spool.ts';
import { compress } from '../../src/system/payload.ts';
import { DICTIONARIES } from '../../src/system/payload-dictionary.ts';
import { journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { unspoolerOver } from '../support/unspooler-over.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const ORDER = keyOf('61');
const body = (note: string) => ({ id: 61, updated_at: '2026-11-20T10:00:00Z', note });

/** While two versions run: payloads of the newer version wait for a worker of that version. */
describe('P2: a payload that a newer version wrote', () => {
  let inside: Inside;
  beforeEach(async () => {
    inside = await openInProcess();
  });
  afterEach(() => inside.close());

  const older = waitingEvent('orders/updated', body('older'), { order: ORDER });
  const payload = compress(Buffer.from(JSON.stringify(body('newer'))));
  const newerPayload = Buffer.concat([Buffer.from([DICTIONARIES.length]), payload.subarray(1)]);
  const newer = waitingEvent('orders/paid', body('newer'), {
    order: ORDER,
    webhookId: 'newer',
    triggeredAt: '2026-11-20T10:00:00.5Z',
    payload: newerPayload,
  });
  const waiting = () => inside.redis.lrangeBuffer(inside.keys.mailbox(ORDER), 0, -1);

  test('waits with topic, time and webhook id; earlier events are applied', async () => {
    for (const each of [older, newer]) await inside.depositor.deposit(each, null);
    await expect(drainOrder(ORDER, inside.tools)).rejects.toMatchObject({ code: 'too_new' });
    expect((await journalOf(inside, ORDER)).map(({ _id, outcome }) => [_id, outcome])).toEqual([
      [older.id, 'applied'],
    ]);
    const { events } = await inside.mailbox.peek(ORDER, 10);
    const { id, topic, webhookId, triggeredAt } = newer;
    expect(events).toMatchObject([{ id, topic, webhookId, triggeredAt, unreadable: null }]);
  });

  test('is applied by a worker that can read it', async () => {
    await inside.depositor.deposit(newer, null);
    await expect(drainOrder(ORDER, inside.tools)).rejects.toMatchObject({ code: 'too_new' });
    const [entry] = await waiting();
    const { body: _, payload: kept, ...front } = decodeEntry(ORDER, entry!);
    expect(kept?.equals(newerPayload)).toBe(true);
    await inside.redis.lset(inside.keys.mailbox(ORDER), 0, encodeEntry({ ...front, body: payload, payload }));
    await drainOrder(ORDER, inside.tools);
    expect(await journalOf(inside, ORDER)).toMatchObject([{ _id: newer.id, topic: 'orders/paid' }]);
  });

  test('leaves the spool unchanged, and blocks no later event', async () => {
    const kept = createSpool(inside.client, inside.collections.spool.db.name);
    for (const event of [newer, older]) await kept.put({ event, delivery: null });
    await unspoolerOver(inside, kept).moveFirst();
    expect(await inside.collections.spool.countDocuments()).toBe(0);
    const entries = (await waiting()).map((entry) => decodeEntry(ORDER, entry));
    expect(entries.find(({ id }) => id === newer.id)?.payload?.equals(newerPayload)).toBe(true);
  });
});
