import { GRACE_MS, SCHEDULE } from '../persist/reconcile-store.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { reconcileShop } from './reconcile-shop.ts';
import type { ReconcileTools } from './reconcile-tools.ts';

const LOOK_EVERY_MS = 1000;
const SCHEDULE_EVERY_MS = 5000;
/** Each shop has its own bucket. Four shops keep the mailboxes busy and leave the process enough time. */
const SHOPS_AT_ONCE = 4;
/** Delay after Redis or MongoDB was down, or when another process is reconciling the shop. */
const AGAIN_AFTER_MS = 10_000;

interface Turn {
  /** The pass. */
  id: string;
  shop: string;
  at: number;
}

/**
 * Runs the passes that people and the schedule request. The schedule requests one for every shop whose orders
 * were compared with Shopify's too long ago. The records are the jobs, and the shop's lock allows one pass
 * per shop. So any number of reconcilers may run, and another one continues what one leaves unfinished (P6).
 * A pass that waits for Shopify gives up its place and is tried again later: shops that wait for hours block
 * no others.
 */
export class Reconciler implements Component {
  readonly name = 'reconciler';
  readonly #tools: ReconcileTools;
  readonly #everyMs: number;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  /** Shop -> its pass, and when to try it again. */
  readonly #later = new Map<string, Turn>();
  readonly #looks: Repeating;
  #scheduleAt = 0;

  /** @param everyMinutes 0: only passes that people request */
  constructor(tools: ReconcileTools, everyMinutes: number) {
    this.#tools = tools;
    this.#everyMs = everyMinutes * 60_000;
    this.#looks = repeating(
      this.name,
      LOOK_EVERY_MS,
      () => this.#look(),
      (error) => tools.log.debug({ because: messageOf(error) }, 'could not look for passes; trying again'),
    );
  }

  start(): void {
    this.#looks.start();
  }

  /** Interrupts the passes. They continue in another process, or here after a restart. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the program stops'));
    await this.#looks.stop();
    await Promise.all(this.#running.values());
  }

  async #look(): Promise<void> {
    if (this.#everyMs > 0) await this.#schedule();
    const now = this.#tools.now();
    const asked = await this.#tools.store.open([...this.#later.keys()]);
    const fresh = asked.map(({ _id: id, shop, askedAt }) => ({ id, shop, at: askedAt.getTime() }));
    // The longest waiting first, so that both new passes and passes that wait for Shopify get their turn.
    const turns = [...fresh, ...this.#later.values()].filter(({ at }) => at <= now);
    for (const { id, shop } of turns.sort((a, b) => a.at - b.at)) {
      if (this.#stopping.signal.aborted || this.#running.size >= SHOPS_AT_ONCE) return;
      if (this.#running.has(shop)) continue;
      const run = this.#run(id, shop).finally(() => this.#running.delete(shop));
      this.#running.set(shop, run);
    }
  }

  async #run(id: string, shop: string): Promise<void> {
    this.#later.delete(shop);
    const again = (ms: number) => this.#later.set(shop, { id, shop, at: this.#tools.now() + ms });
    try {
      const ran = await reconcileShop(id, shop, this.#tools, this.#stopping.signal, again);
      if (ran === 'busy' || ran === 'interrupted') again(AGAIN_AFTER_MS);
    } catch (error) {
      again(AGAIN_AFTER_MS);
      this.#tools.log.warn(
        { shop, reconcile: id, because: messageOf(error) },
        'a pass was interrupted; it continues later',
      );
    }
  }

  async #schedule(): Promise<void> {
    const { store, now } = this.#tools;
    if (now() < this.#scheduleAt) return;
    this.#scheduleAt = now() + SCHEDULE_EVERY_MS;
    await this.#measure();
    const before = new Date(now() - this.#everyMs);
    for (const { shop } of await store.due(before, SHOPS_AT_ONCE)) await this.#askFor(shop, before);
  }

  /** Measures how long ago the most overdue shop was reconciled. */
  async #measure(): Promise<void> {
    const { collections, metrics, now } = this.#tools;
    const behind = await collections.shops
      .findOne({ state: 'installed' }, { reconciledTo: 1, installedAt: 1 })
      .sort({ reconciledTo: 1 })
      .lean();
    const reached = behind?.reconciledTo ?? behind?.installedAt;
    metrics.reconcileBehind.set(reached ? Math.max(0, (now() - reached.getTime()) / 1000) : 0);
  }

  /** If several processes find a shop due, one requests the pass: each checks again under the shop's lock. */
  async #askFor(shop: string, before: Date): Promise<void> {
    const { store, lock, now } = this.#tools;
    const lease = await lock.acquire(redisKeys(0).shopLock('reconcile', shop), SCHEDULE);
    if (!lease) return;
    try {
      const [due] = await store.due(before, 1, shop);
      if (!due) return;
      const since = due.reconciledTo;
      await store.ask({
        shop,
        // The first pass covers all orders.
        how: since === null ? 'bulk' : 'pages',
        since,
        until: new Date(now() - GRACE_MS),
        dryRun: false,
        who: SCHEDULE,
        reason: since === null ? 'first reconciliation' : 'scheduled',
      });
    } finally {
      await lease.release();
    }
  }
}
