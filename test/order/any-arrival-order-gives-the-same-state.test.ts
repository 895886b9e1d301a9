import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lifeOf, type Delivery, type Ending } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { isTopic } from '../../src/order/topics.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { appliedPositions, arrivalsOf, stateOf, type Arrival } from './arrivals.ts';
import { afterBatches, eventIdOf, NOW } from './events.ts';

const LIFECYCLE = path.resolve('../shared/fixtures/lifecycle');
const withLifecycle = existsSync(LIFECYCLE) ? test : test.skip;

/** Deliveries as a mailbox holds them. */
function waitingOf({ topic, webhookId, triggeredAt, body }: Delivery): WaitingEvent {
  const id = eventIdOf(webhookId);
  return waitingEvent(topic, {}, { id, webhookId, body, triggeredAt: triggeredAt.toISOString() });
}

/** Handwritten deliveries in Shopify's format; the last two belong to a second order. */
function lifecycleEvents(): WaitingEvent[] {
  const manifest = JSON.parse(readFileSync(path.join(LIFECYCLE, 'manifest.json'), 'utf8')) as {
    file: string;
    headers: { 'X-Shopify-Topic': string; 'X-Shopify-Triggered-At': string };
  }[];
  return manifest
    .filter(({ headers }) => isTopic(headers['X-Shopify-Topic']))
    .map(({ file, headers }) =>
      waitingEvent(
        headers['X-Shopify-Topic'],
        {},
        {
          id: eventIdOf(file),
          triggeredAt: headers['X-Shopify-Triggered-At'],
          body: readFileSync(path.join(LIFECYCLE, file)),
        },
      ),
    );
}

function expectSameEnd({ events, batches }: Arrival): void {
  const order = afterBatches(batches);
  expect(stateOf(order)).toEqual(stateOf(afterBatches([events])));
  const positions = appliedPositions(order, events);
  expect(positions).toEqual(positions.toSorted());
  expect(order.applied.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(order.statusHistory.at(-1)?.status).toBe(order.status);
  expect(decide(keyOf(), order, batches.flat(), NOW).order).toBeNull();
}

describe('P3, P5: every arrival order, with any duplicates, gives the same state', () => {
  test.each<[Ending, string]>([
    ['refunded_in_part', 'shipped'],
    ['cancelled', 'cancelled'],
  ])('a life that ends %s', (ending, status) => {
    const arrivals = fc.nat().chain((seed) => {
      const life = lifeOf(randomFrom(seed), 'example.myshopify.com', seed % 1000, new Date(NOW), ending);
      return arrivalsOf(life.map(waitingOf));
    });
    fc.assert(
      fc.property(arrivals, (arrival) => {
        expectSameEnd(arrival);
        expect(afterBatches(arrival.batches).status).toBe(status);
      }),
      { numRuns: 60 },
    );
  });

  withLifecycle.each([
    [0, 12, 'completed'],
    [12, 14, 'cancelled'],
  ])('the handwritten lifecycle, events %i to %i', (from, to, status) => {
    const arrivals = arrivalsOf(lifecycleEvents().slice(from, to));
    fc.assert(
      fc.property(arrivals, (arrival) => {
        expectSameEnd(arrival);
        expect(afterBatches(arrival.batches).status).toBe(status);
      }),
      { numRuns: 80 },
    );
  });
});
