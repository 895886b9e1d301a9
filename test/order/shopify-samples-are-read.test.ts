import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvent } from '../../src/order/read-event.ts';
import { routeOf } from '../../src/order/routing.ts';
import { isTopic, TOPICS, type Topic } from '../../src/order/topics.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { at } from './events.ts';

const FOLDER = path.resolve('../shared/fixtures/docs');
const SAMPLES = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .map((file) => ({ file, topic: file.replace('__', '/').replace('.json', '') }))
      .filter(({ topic }) => isTopic(topic))
  : [];
const withSamples = SAMPLES.length > 0 ? test : test.skip;

describe("Shopify's own samples", () => {
  withSamples('are each routed to their order, and read', () => {
    for (const { file, topic } of SAMPLES) {
      const body = readFileSync(path.join(FOLDER, file));
      const route = routeOf(topic as Topic, body);
      const isDraft = topic.startsWith('draft_orders/');
      expect([topic, route]).toMatchObject([
        topic,
        isDraft ? { to: 'elsewhere' } : { to: 'order', orderId: expect.stringMatching(/^\d{12,18}$/) },
      ]);
      expect([topic, readEvent(waitingEvent(topic, {}, { body, triggeredAt: at(1) }))]).toMatchObject([
        topic,
        { ok: true },
      ]);
    }
  });
});

describe('any body', () => {
  const topic = fc.constantFrom(...(Object.keys(TOPICS) as Topic[]));
  const key = fc.constantFrom(
    'id',
    'order',
    'order_id',
    'order_edit',
    'updated_at',
    'line_items',
    'refunds',
    '__proto__',
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 77, 2 ** 60, '', 'abc', '77', '2026-11-27T10:00:00Z'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  test('P7: is read or rejected with a reason, and nothing throws', () => {
    fc.assert(
      fc.property(topic, json, (name, value) => {
        const event = waitingEvent(name, value);
        const reading = readEvent(event);
        expect(reading.ok ? reading.event.id : typeof reading.because).toBe(reading.ok ? event.id : 'string');
        expect(['order', 'elsewhere', 'nowhere']).toContain(routeOf(name, event.body).to);
      }),
      { numRuns: 1000 },
    );
  });

  test('P7: of arbitrary bytes is rejected with a reason', () => {
    fc.assert(
      fc.property(topic, fc.uint8Array({ maxLength: 30 }), (name, body) => {
        const reading = readEvent(waitingEvent(name, {}, { body }));
        expect(reading.ok || reading.because.length > 0).toBeTruthy();
      }),
    );
  });
});
