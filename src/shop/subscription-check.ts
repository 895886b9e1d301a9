import type { ShopChecks } from '../persist/shop-checks.ts';
import type { ShopDocument } from '../persist/shop-schema.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import type { AdminApi } from './admin-api.ts';
import { doubledTopics, grantedScopes, missingTopics } from './subscriptions.ts';

export interface SubscriptionCheckTools {
  api: AdminApi;
  checks: ShopChecks;
  /** The scopes that the app asks for. */
  scopes: readonly string[];
  log: Logger;
  now: () => number;
  /** Overridden by tests. */
  lookEveryMs?: number;
}

const LOOK_EVERY_MS = 5000;
/** Hourly is enough: subscriptions made by hand, and merchants who grant fewer scopes, are rare. */
const AGAIN_AFTER_MS = 3_600_000;
/** Sooner if Shopify did not answer: it may just have reported changed scopes. */
const RETRY_AFTER_MS = 300_000;

/**
 * Asks Shopify for every installed shop's scopes and subscriptions: at install, when Shopify reports changed
 * scopes, and hourly. Stores the scopes, and which topics are missing or subscribed twice. It only reads, and
 * never deletes a subscription. A check moves the shop's next due time before it starts, so any number of
 * these may run, and a shop that cannot be checked is left alone until it is due again.
 */
export class SubscriptionCheck implements Component {
  readonly name = 'subscriptions';
  readonly #tools: SubscriptionCheckTools;
  readonly #stopping = new AbortController();
  readonly #rounds: Repeating;

  constructor(tools: SubscriptionCheckTools) {
    this.#tools = tools;
    this.#rounds = repeating(
      this.name,
      tools.lookEveryMs ?? LOOK_EVERY_MS,
      () => this.round(),
      (error) => tools.log.debug({ because: messageOf(error) }, 'could not look for shops; trying again'),
    );
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the program stops'));
    await this.#rounds.stop();
  }

  /** Checks every shop that is due, one after the other. @throws when MongoDB is down */
  async round(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const shop = await this.#take();
      if (!shop) return;
      await this.#look(shop);
    }
  }

  #take(): Promise<ShopDocument | null> {
    const { checks, now } = this.#tools;
    return checks.take(new Date(now()), new Date(now() + AGAIN_AFTER_MS));
  }

  /** The result belongs to this install only: after a reinstall it is not stored. */
  async #look(asked: ShopDocument): Promise<void> {
    const { api, checks, log, now } = this.#tools;
    const { _id: shop } = asked;
    try {
      const scopesAt = new Date(now());
      const scopes = await grantedScopes(shop, api, this.#stopping.signal);
      await checks.granted(asked, scopes, scopesAt);
      const doubled = await doubledTopics(shop, api, this.#stopping.signal);
      const missing = missingTopics(this.#tools.scopes, scopes);
      await checks.found(asked, { checkedAt: new Date(now()), missing, doubled });
      log.info({ shop, outcome: 'looked', missing, doubled }, 'subscriptions');
    } catch (error) {
      const isAway =
        error instanceof Fault && (error.code === 'shopify_away' || error.code === 'shopify_throttled');
      if (isAway) await checks.dueBy(asked, new Date(now() + RETRY_AFTER_MS));
      log.warn(
        { shop, outcome: 'failed', because: messageOf(error) },
        `subscriptions: next check in ${isAway ? 'five minutes' : 'an hour'}`,
      );
    }
  }
}
