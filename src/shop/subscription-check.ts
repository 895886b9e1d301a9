import type { Collections } from '../persist/collections.ts';
import type { ShopDocument } from '../persist/shop-schema.ts';
import { messageOf } from '../system/errors.ts';
import type { Part } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import type { AdminApi } from './admin-api.ts';
import { doubledTopics, missingTopics } from './subscriptions.ts';

export interface SubscriptionCheckTools {
  api: AdminApi;
  shops: Collections['shops'];
  /** The scopes that the app asks for. */
  scopes: readonly string[];
  log: Logger;
  now: () => number;
  /** What tests have otherwise. */
  lookEveryMs?: number;
}

const LOOK_EVERY_MS = 5000;
/** Somebody who subscribes by hand, or a merchant who grants less, does so once in months. */
const AGAIN_AFTER_MS = 3_600_000;

/**
 * Looks at every installed shop's subscriptions, at install and hourly, and writes down what is missing or doubled.
 * It reads only: it deletes nobody's subscription. A shop is taken by moving its turn on before it is asked, so
 * that any number of these may run, and one that cannot be asked is left alone until its next turn.
 */
export class SubscriptionCheck implements Part {
  readonly name = 'subscriptions';
  readonly #tools: SubscriptionCheckTools;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;

  constructor(tools: SubscriptionCheckTools) {
    this.#tools = tools;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#tick(), this.#tools.lookEveryMs ?? LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#stopping.abort(new Error('the program stops'));
    await this.#round;
  }

  #tick(): Promise<void> {
    this.#round ??= this.round()
      .catch((error: unknown) =>
        this.#tools.log.debug({ reason: messageOf(error) }, 'could not look for shops; it is tried again'),
      )
      .finally(() => (this.#round = null));
    return this.#round;
  }

  /** Every shop whose turn it is, one after the other. @throws where MongoDB is away */
  async round(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const shop = await this.#take();
      if (!shop) return;
      await this.#look(shop);
    }
  }

  #take(): Promise<ShopDocument | null> {
    const { shops, now } = this.#tools;
    return shops
      .findOneAndUpdate(
        { state: 'installed', subscriptionsDueAt: { $lte: new Date(now()) } },
        { $set: { subscriptionsDueAt: new Date(now() + AGAIN_AFTER_MS) } },
        { sort: { subscriptionsDueAt: 1 } },
      )
      .lean<ShopDocument>();
  }

  async #look({ _id: shop, installedAt, scopes }: ShopDocument): Promise<void> {
    const { api, shops, log, now } = this.#tools;
    try {
      const doubled = await doubledTopics(shop, api, this.#stopping.signal);
      const missing = missingTopics(this.#tools.scopes, scopes);
      const subscriptions = { checkedAt: new Date(now()), missing, doubled };
      // What was found belongs to the install that was asked.
      await shops.updateOne({ _id: shop, state: 'installed', installedAt }, { $set: { subscriptions } });
      log.info({ shop, outcome: 'looked', missing, doubled }, 'subscriptions');
    } catch (error) {
      log.warn(
        { shop, outcome: 'failed', because: messageOf(error) },
        'subscriptions: its next turn is in an hour',
      );
    }
  }
}
