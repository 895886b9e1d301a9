import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { decompress } from '../../src/system/payload.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { BY, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const BODIES = {
  'keys with $, dots and __proto__': Buffer.from(
    '{"$set":{"a.b":1},"__proto__":{"polluted":true},"constructor":{"prototype":1},"":0,"$where":"sleep(1)"}',
  ),
  'key order and spaces': Buffer.from('{ "b" : 1,\n "a" : 2.50 , "b": 3 }'),
  'an id beyond 2^53': Buffer.from('{"id":820982911946154508}'),
  'nothing at all': Buffer.alloc(0),
  'random bytes': randomBytes(300_000),
} as const;

describe('a payload', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  test.each(Object.entries(BODIES))('P8: is read back unchanged: %s', async (_, body) => {
    const waiting = waitingEvent('orders/paid', null, { body });
    await inside.tools.journal.write({
      ended: [],
      rejected: [{ waiting, because: 'kept', attempts: 1 }],
      now: RECEIVED_AT,
      by: BY,
    });
    for (const collection of [inside.collections.events, inside.collections.parked]) {
      const found = await collection.collection.findOne({ _id: waiting.id as unknown as mongo.ObjectId });
      const payload = found?.payload as mongo.Binary;
      expect(body.equals(decompress(payload.buffer))).toBe(true);
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('P8: of an applied event is read back unchanged, too', async () => {
    const body = BODIES['key order and spaces'];
    const waiting = waitingEvent('orders/paid', null, { body });
    const told = { outcome: 'applied', because: null, sequence: 1, occurredAt: 0, appliedAt: 0 } as const;
    const ended = [{ waiting, applied: { event: waiting.id, ...told } }];
    await inside.tools.journal.write({ ended, rejected: [], now: RECEIVED_AT, by: BY });
    const found = await inside.collections.events.collection.findOne({
      _id: waiting.id as unknown as mongo.ObjectId,
    });
    const payload = found?.payload as mongo.Binary;
    expect(body.equals(decompress(payload.buffer))).toBe(true);
  });
});
