import { createBackfillStore } from '../../src/persist/backfill-store.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { createEffectStore } from '../../src/persist/effect-store.ts';
import { streamJournaled, webhookIdsOf } from '../../src/persist/journaled.ts';
import { createOrderStore } from '../../src/persist/order-store.ts';
import { createRoutedBlocks } from '../../src/persist/routed-blocks.ts';
import { BackfillScan } from '../../src/publish/backfill-scan.ts';
import { createHandover } from '../../src/publish/handover.ts';
import { createRouter } from '../../src/publish/router.ts';
import { silent } from '../support/in-process.ts';
import { mortal, type Mortal } from './mortal.ts';
import type { Publishing } from './publishing.ts';

const IMMORTAL = mortal(0, 'before');

/** A publisher's parts that matter to a backfill, each started by hand. It may die at any line. */
export class BackfillingPublisher {
  readonly #publishing: Publishing;
  readonly #die: Mortal;
  readonly #minuteMs: number;
  /** Effects that were sent, in sequence. */
  readonly sent: EffectDocument[];
  /** A clock that passes as much as a backfill needs. */
  #now = Date.now();

  /** @param minuteMs how much later a step of the scan is */
  constructor(
    publishing: Publishing,
    { die = IMMORTAL, sent = [] as EffectDocument[], minuteMs = 60_000 } = {},
  ) {
    this.#minuteMs = minuteMs;
    this.#publishing = publishing;
    this.#die = die;
    this.sent = sent;
    this.#scan = new BackfillScan({
      ...this.#history(),
      destinations: this.#destinations(),
      queues: { wake: () => Promise.resolve() },
      log: silent,
      now: this.#clock,
    });
  }

  readonly #scan: BackfillScan;
  readonly #clock = () => (this.#now = Math.max(this.#now, Date.now()));

  #destinations() {
    const { all } = createDestinationStore(this.#publishing.inside.collections, Date.now);
    return { all: this.#die(all) };
  }

  #history() {
    const { collections, client } = this.#publishing.inside;
    const store = createBackfillStore(collections);
    const orders = createOrderStore(client, collections, () => undefined);
    const effects = createEffectStore(collections);
    const die = this.#die;
    return {
      orders: {
        load: die(orders.load),
        journaled: (order: Parameters<typeof streamJournaled>[1]) =>
          streamJournaled(collections.events, order),
      },
      backfills: {
        ...store,
        read: die(store.read),
        move: die(store.move),
        end: die(store.end),
        remember: die(store.remember),
        forgetExcept: die(store.forgetExcept),
        lane: die(store.lane),
      },
      effects: { insert: die(effects.insert) },
      now: this.#clock,
    };
  }

  /** A step of the scan, a minute later. */
  async scan(): Promise<void> {
    this.#now += this.#minuteMs;
    await this.#scan.step();
  }

  /** Scans until all backfills have ended. */
  async scanAll(): Promise<void> {
    const { all } = createDestinationStore(this.#publishing.inside.collections, Date.now);
    const isOver = async () => (await all()).every(({ backfill }) => !backfill || backfill.endedAt !== null);
    while (!(await isOver())) await this.scan();
  }

  async route(): Promise<void> {
    const { collections } = this.#publishing.inside;
    const blocks = createRoutedBlocks(collections);
    const effects = createEffectStore(collections);
    const router = createRouter({
      blocks: { ...blocks, advance: this.#die(blocks.advance) },
      destinations: this.#destinations(),
      effects: { insert: this.#die(effects.insert) },
      webhookIds: webhookIdsOf(collections.events),
      wake: () => Promise.resolve(),
      log: silent,
      now: Date.now,
    });
    while ((await router.step()) > 0);
  }

  /** A run of a lane: what it reads is sent, and recorded. */
  async send(destination: DestinationDocument, order: string): Promise<boolean> {
    const { collections } = this.#publishing.inside;
    const effects = createEffectStore(collections);
    const lane = { destination: destination._id, order };
    if (!(await createHandover(this.#history())(lane, destination))) return false;
    for (const effect of await effects.lane(lane)) {
      this.sent.push(effect);
      const receipt = { at: new Date(), answer: '200', ms: 1 };
      await this.#die(effects.end)(effect, { state: 'done', receipt }, new Date());
    }
    return true;
  }
}
