import type { Collections } from '../persist/collections.ts';
import type { ShopDocument } from '../persist/shop-schema.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { Part } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import type { AdminApi } from './admin-api.ts';
import { doubledTopics, grantedScopes, missingTopics } from './subscriptions.ts';

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
/** Shopify did not answer: what it told us of may be news. */
const RETRY_AFTER_MS = 300_000;

/**
 * Asks for every installed shop's scopes and subscriptions: at install, when Shopify tells that scopes changed, and
 * hourly. Writes down the scopes, and what is missing or doubled. It reads only: it deletes nobody's subscription. A shop is taken by moving its turn on before it is asked, so
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

  async #look({ _id: shop, installedAt }: ShopDocument): Promise<void> {
    const { api, shops, log, now } = this.#tools;
    // What was found belongs to the install that was asked.
    const asked = { _id: shop, state: 'installed', installedAt } as const;
    try {
      const scopesAt = new Date(now());
      const scopes = await grantedScopes(shop, api, this.#stopping.signal);
      await shops.updateOne(asked, { $set: { scopes, scopesAt } });
      const doubled = await doubledTopics(shop, api, this.#stopping.signal);
      const missing = missingTopics(this.#tools.scopes, scopes);
      const subscriptions = { checkedAt: new Date(now()), missing, doubled };
      await shops.updateOne(asked, { $set: { subscriptions } });
      log.info({ shop, outcome: 'looked', missing, doubled }, 'subscriptions');
    } catch (error) {
      const isAway =
        error instanceof Fault && (error.code === 'shopify_away' || error.code === 'shopify_throttled');
      // $min: what came meanwhile is due at once.
      if (isAway)
        await shops.updateOne(asked, { $min: { subscriptionsDueAt: new Date(now() + RETRY_AFTER_MS) } });
      log.warn(
        { shop, outcome: 'failed', because: messageOf(error) },
        `subscriptions: its next turn is in ${isAway ? 'five minutes' : 'an hour'}`,
      );
    }
  }
}
