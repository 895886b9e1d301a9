import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, test } from '@jest/globals';
import { planSale } from '../../load-tests/sale/plan.ts';
import { newSending } from '../../load-tests/sale/run-sale.ts';
import { pacingOf, sendAll, type Sending } from '../../load-tests/sale/send.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { isAuthentic } from '../../src/accept/hmac.ts';
import { FalseIngest, type Attempt, type Reply } from './false-ingest.ts';

const SECRET = 'a-secret-for-tests';
const ORDERS = 20;

let ingest: FalseIngest;
afterEach(() => ingest?.close());

const accepted = ({ event }: Attempt): Reply => ({ status: 200, json: { outcome: 'accepted', event } });

function planSmall(): Delivery[] {
  const plan = { shops: 2, dup: 20, shuffle: 20, seed: 3, id: 'sent' };
  return planSale({ ...plan, orders: ORDERS, topics: ['create', 'paid'] }).deliveries;
}

/** Sends a small sale to an ingest with these answers. */
async function send(
  answer: (attempt: Attempt) => Reply,
  { connections = 3, rate = null }: { connections?: number; rate?: number | null } = {},
): Promise<{ sending: Sending; deliveries: Delivery[]; unanswered: Delivery[] }> {
  ingest = await FalseIngest.start(answer);
  const deliveries = planSmall();
  const options = { url: ingest.url, secret: SECRET, connections, rate };
  const sending = newSending(options);
  const unanswered = await sendAll(deliveries, options, sending);
  return { sending, deliveries, unanswered };
}

const idsOf = (sent: readonly { webhookId: string }[]) => sent.map(({ webhookId }) => webhookId);
const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, each) => sum + each, 0);

describe('a sender', () => {
  test('sends every delivery once, signed, with its own body, in order', async () => {
    const { deliveries, unanswered, sending } = await send(accepted, { connections: 1 });
    expect(idsOf(ingest.attempts)).toEqual(idsOf(deliveries));
    expect(ingest.attempts.every(({ body }, i) => body.equals(deliveries[i]?.body ?? Buffer.alloc(0)))).toBe(
      true,
    );
    for (const { headers, body } of ingest.attempts)
      expect(isAuthentic(body, String(headers['x-shopify-hmac-sha256']), [SECRET])).toBe(true);
    expect(unanswered).toEqual([]);
    expect(sending).toMatchObject({ sent: deliveries.length, acked: deliveries.length });
    expect(sending.answers).toEqual({ '200 accepted': deliveries.length });
    expect(sending.log.acked.size).toBe(2 * ORDERS);
    expect(sending.lastAt).toBeGreaterThan(sending.firstAt);
  });

  test.each([3, 1000])('over %i connections sends each once as well', async (connections) => {
    const { deliveries, unanswered, sending } = await send(accepted, { connections });
    expect(idsOf(ingest.attempts).toSorted()).toEqual(idsOf(deliveries).toSorted());
    expect(unanswered).toEqual([]);
    expect(sending.sent).toBe(deliveries.length);
  });

  test('at a rate takes as long as that takes, and measures from when each was due', async () => {
    const { deliveries, sending } = await send(accepted, { connections: 50, rate: 50 });
    expect(idsOf(ingest.attempts).toSorted()).toEqual(idsOf(deliveries).toSorted());
    const seconds = (sending.lastAt - sending.firstAt) / 1000;
    expect(deliveries.length).toBeLessThan(50);
    expect(seconds).toBeGreaterThan(0.8);
    expect(sending.latencies.whole().corrected).toBe(true);
  });

  test('reports which were not acknowledged, and counts every answer', async () => {
    const { deliveries, unanswered, sending } = await send((attempt) =>
      attempt.nth % 4 === 0 ? { status: 503, json: { outcome: 'unavailable' } } : accepted(attempt),
    );
    const refused = ingest.attempts.filter(({ nth }) => nth % 4 === 0);
    expect(idsOf(unanswered).toSorted()).toEqual(idsOf(refused).toSorted());
    expect(sending.answers).toEqual({
      '200 accepted': deliveries.length - refused.length,
      '503 unavailable': refused.length,
    });
    expect(sending.acked).toBe(deliveries.length - refused.length);
  });

  test.each([
    { connections: 3, rate: null },
    { connections: 21, rate: 21 },
  ])('a broken connection counts as no answer, once: %j', async (pace) => {
    const stalls = monitorEventLoopDelay();
    stalls.enable();
    const { deliveries, unanswered, sending } = await send(
      (attempt) => (attempt.nth % 4 === 0 ? null : accepted(attempt)),
      pace,
    );
    const broken = ingest.attempts.filter(({ nth }) => nth % 4 === 0);
    expect(idsOf(ingest.attempts).toSorted()).toEqual(idsOf(deliveries).toSorted());
    expect(idsOf(unanswered).toSorted()).toEqual(idsOf(broken).toSorted());
    expect(sending.answers).toEqual({
      '200 accepted': deliveries.length - broken.length,
      'no answer': broken.length,
    });
    expect(sumOf(sending.answers)).toBe(sending.sent);
    expect(sending.log.sent).toBe(sending.sent);
    // At a rate, a broken connection's next webhook is sent a second later: that is not the time of its
    // answer. On a busy machine an answer may also wait for this process, several times.
    const stalledMs = stalls.max / 1e6;
    expect(sending.latencies.takeSecond().p99Ms).toBeLessThan(500 + 4 * stalledMs);
  });

  test('without a receiver there is no answer for each, and it ends', async () => {
    const deliveries = planSmall();
    const options = {
      url: `http://127.0.0.1:${await freePort()}`,
      secret: SECRET,
      connections: 5,
      rate: null,
    };
    const sending = newSending(options);
    expect(await sendAll(deliveries, options, sending)).toHaveLength(deliveries.length);
    expect(sending).toMatchObject({ acked: 0, answers: { 'no answer': deliveries.length } });
  });
});

describe('the pace', () => {
  test('is one webhook a second per connection, if there are enough', () => {
    expect(pacingOf(1000, 500)).toEqual({ connections: 500, each: 1 });
    expect(pacingOf(500, 500)).toEqual({ connections: 500, each: 1 });
    expect(pacingOf(1000, 3000)).toEqual({ connections: 1000, each: 3 });
    expect(pacingOf(1, 20)).toEqual({ connections: 1, each: 20 });
  });

  test('misses the rate by less than one webhook per connection', () => {
    for (let rate = 1; rate < 5000; rate += 7) {
      const { connections, each } = pacingOf(1000, rate);
      expect(connections).toBeLessThanOrEqual(1000);
      expect(Math.abs(connections * each - rate)).toBeLessThanOrEqual(each / 2);
    }
  });
});
