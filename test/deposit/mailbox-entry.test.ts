import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { decodeEntry, encodeEntry } from '../../src/deposit/mailbox-entry.ts';
import { openDeposit, type DepositInside } from '../support/in-process.ts';
import { compress } from '../../src/system/payload.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const BODIES = {
  'every possible byte': Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  'random bytes': randomBytes(100_000),
  empty: Buffer.alloc(0),
  'line breaks only': Buffer.from('\n\r\n\n'),
  'NUL first': Buffer.from('\0{"id":1}\n'),
  'UTF-8 beyond the BMP': Buffer.from('{"name":"👟 Größe 43"}'),
} as const;

const FIELDS: Record<string, Partial<WaitingEvent>> = {
  'no ids, no time': { webhookId: null, triggeredAt: null },
  'a line break in the webhook id': { webhookId: 'a\nb"c\\d\u2028' },
  'a reason for being unreadable': { unreadable: 'the body is not JSON', topic: 'no/such-topic' },
  'letters beyond latin1': { topic: 'orders/größe👟', triggeredAt: '2026-11-20T10:00:00.123456Z' },
  'received in the year 1970': { receivedAt: 7 },
};

describe('a mailbox entry', () => {
  let inside: DepositInside;
  beforeAll(async () => {
    inside = await openDeposit();
  });
  afterAll(() => inside.close());

  async function throughRedis(event: WaitingEvent): Promise<WaitingEvent | undefined> {
    await inside.depositor.deposit(event, null);
    const { events } = await inside.mailbox.read(event.order, 1);
    await inside.mailbox.trim(event.order, [event.id]);
    return events[0];
  }

  test.each(Object.entries(BODIES))('keeps a body unchanged: %s', async (_, body) => {
    const event = waitingEvent('orders/paid', null, { body });
    expect(await throughRedis(event)).toEqual({ ...event, payload: compress(body) });
  });

  test.each(Object.entries(FIELDS))('keeps its fields: %s', async (_, fields) => {
    const event = waitingEvent('orders/paid', { id: 1 }, fields);
    expect(await throughRedis(event)).toEqual({ ...event, payload: compress(event.body) });
  });

  test('has its id and its time where the scripts expect them', () => {
    const event = waitingEvent('orders/paid', { id: 1 });
    const front = encodeEntry(event).toString('latin1', 0, 77);
    expect(front).toBe(`${event.id}${event.receivedAt}`);
  });

  test('that another program wrote is refused', () => {
    const refusal = 'contains data that Lockstep did not write';
    expect(() => decodeEntry(keyOf(), Buffer.from('not ours'))).toThrow(refusal);
    expect(() => decodeEntry(keyOf(), Buffer.alloc(0))).toThrow(refusal);
  });

  test('P7: with an intact front and a damaged rest is returned as unreadable, with its bytes', () => {
    const { id, body, ...event } = waitingEvent('orders/paid', { id: 1 });
    const entry = encodeEntry({ id, body, ...event });
    entry.fill('x', 77, 79);
    const decoded = decodeEntry(keyOf(), entry);
    expect(decoded).toMatchObject({ id, unreadable: 'its entry in the mailbox was damaged' });
    expect(Buffer.from(decoded.body)).toEqual(Buffer.from(body));
  });

  test('P7: whose payload was damaged is returned as unreadable, with the remaining bytes', () => {
    const entry = encodeEntry(waitingEvent('orders/paid', { id: 1 })).subarray(0, -3);
    const decoded = decodeEntry(keyOf(), entry);
    expect(decoded).toMatchObject({
      topic: 'orders/paid',
      unreadable: 'its entry in the mailbox was damaged',
    });
    expect(entry.subarray(-decoded.body.length).equals(decoded.body)).toBe(true);
    expect(decoded.body.length).toBeGreaterThan(5);
  });
});
