import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { lifeEvents } from '../support/in-process.ts';
import { BackfillingPublisher } from './backfilling.ts';
import { Died, mortal } from './mortal.ts';
import { Publishing } from './publishing.ts';

const ACTS = ['drain', 'feed', 'route', 'scan', 'send'] as const;
type Act = (typeof ACTS)[number];

const moment = fc.record({
  /** At the same time. */
  acts: fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 4 }),
  /** Whether its publisher dies at this line; above 10: it does not. */
  dies: fc.integer({ min: 1, max: 20 }),
  when: fc.constantFrom('before' as const, 'after' as const),
  order: fc.integer({ min: 0, max: 1 }),
});

/** Two orders, part of whose life is history when a destination is added. */
class World {
  readonly lives: WaitingEvent[][];
  readonly drained = [0, 0];
  readonly sent: EffectDocument[] = [];
  readonly #publishing: Publishing;
  readonly destination: DestinationDocument;

  private constructor(publishing: Publishing, lives: WaitingEvent[][], destination: DestinationDocument) {
    this.#publishing = publishing;
    this.lives = lives;
    this.destination = destination;
  }

  static async open(publishing: Publishing, numbers: readonly number[], past: number): Promise<World> {
    const lives = numbers.map((number) => lifeEvents(number).slice(0, 6));
    for (const life of lives) for (const event of life.slice(0, past)) await publishing.drain([event]);
    // Some of the history is in the feed, and some is not.
    await publishing.feed();
    const name = `d-${randomUUID()}`;
    const world = new World(publishing, lives, await publishing.destination(name, {}, null));
    world.drained.fill(past);
    return world;
  }

  /** One event of an order is applied. */
  async drain(order: number): Promise<void> {
    const event = this.lives[order]?.[this.drained[order] ?? 0];
    this.drained[order] = (this.drained[order] ?? 0) + 1;
    if (event) await this.#publishing.drain([event]);
  }

  keyOf(order: number): string {
    return this.lives[order]?.[0]?.order ?? '';
  }

  async do(act: Act, order: number, publisher: BackfillingPublisher): Promise<void> {
    if (act === 'drain') await this.drain(order);
    if (act === 'feed') await this.#publishing.feed();
    if (act === 'route') await publisher.route();
    if (act === 'scan') await publisher.scan();
    // The worker may not have noticed yet that the backfill has ended.
    if (act === 'send') await publisher.send(this.destination, this.keyOf(order));
  }

  async finish(): Promise<void> {
    const publisher = new BackfillingPublisher(this.#publishing, { sent: this.sent });
    for (const [order, life] of this.lives.entries())
      while ((this.drained[order] ?? 0) < life.length) await this.drain(order);
    await this.#publishing.feed();
    await publisher.route();
    await publisher.scanAll();
    for (const order of this.lives.keys()) await publisher.send(this.destination, this.keyOf(order));
  }

  /** The events that were sent for an order; a repetition has the same id. */
  arrived(order: number): (string | null)[] {
    const ofOrder = this.sent.filter((effect) => effect.order === this.keyOf(order));
    return [...new Map(ofOrder.map(({ _id, event }) => [_id, event])).values()];
  }
}

describe('a backfill', () => {
  let publishing: Publishing;
  let number = 4000;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());

  test('sends history, then live, once and in sequence, whatever happens at the same time and dies anywhere', async () => {
    const begin = fc.integer({ min: 0, max: 4 });
    await fc.assert(
      fc.asyncProperty(begin, fc.array(moment, { maxLength: 8 }), async (past, moments) => {
        const world = await World.open(publishing, [(number += 1), (number += 1)], past);
        for (const { acts, dies, when, order } of moments) {
          const die = mortal(dies > 10 ? 0 : dies, when);
          const publisher = new BackfillingPublisher(publishing, { die, sent: world.sent });
          // A lane has a lock: one run at a time.
          const atOnce = [...new Set(acts)].map((act) => world.do(act, order, publisher));
          const endings = await Promise.allSettled(atOnce);
          const reasons = endings.flatMap((each) =>
            each.status === 'rejected' ? [each.reason as unknown] : [],
          );
          expect(reasons.filter((reason) => !(reason instanceof Died))).toEqual([]);
        }
        await world.finish();
        for (const [order, life] of world.lives.entries())
          expect(world.arrived(order)).toEqual(life.map(({ id }) => id));
        expect(
          await publishing.effects({ order: { $in: [0, 1].map((i) => world.keyOf(i)) }, open: true }),
        ).toEqual([]);
        // Otherwise the next destination gets this history, too.
        const { orders, destinations } = publishing.inside.collections;
        await Promise.all([orders.deleteMany(), destinations.deleteMany()]);
      }),
      // Shrinking would find what this run left behind.
      { numRuns: 25, endOnFailure: true },
    );
  }, 300_000);
});
