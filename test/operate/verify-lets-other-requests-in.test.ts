import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { depositAll, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const EVENTS = 40;
const LINES = 2000;

describe('verify lets other requests in', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
    const order = keyOf('1');
    const events = Array.from({ length: EVENTS }, (_, i) => {
      const at = new Date(RECEIVED_AT + i * 1000).toISOString();
      const lines = Array.from({ length: LINES }, (_line, id) => ({
        id: id + 1,
        quantity: 1,
        title: `${id}`,
      }));
      const body = { id: 1, updated_at: at, name: '#1', line_items: lines };
      return waitingEvent(i === 0 ? 'orders/create' : 'orders/updated', body, { order, webhookId: `${i}` });
    });
    await depositAll(inside, events);
    await drainOrder(order, inside.tools);
  });
  afterAll(() => inside.close());

  // A body takes longer than a turn, so the event loop runs after each of them on any machine.
  test('one order with many large bodies: the event loop runs between them', async () => {
    let [rounds, working] = [0, true];
    const round = () => {
      rounds += 1;
      if (working) setImmediate(round);
    };
    setImmediate(round);
    const before = process.memoryUsage().arrayBuffers;
    const page = await createVerifier(inside.collections, 90)({ limit: 100 });
    working = false;
    expect(page).toMatchObject({ orders: 1, events: EVENTS, wrong: [], wrongState: 0 });
    expect(rounds).toBeGreaterThan(EVENTS);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});
