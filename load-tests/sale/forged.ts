import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { sendSigned } from '../../testkit/deliveries/signed.ts';
import type { Collections } from '../../src/persist/collections.ts';

/** Webhooks signed with a wrong secret, sent among the valid ones (P1). */
export interface Forged {
  sent: number;
  /** Answered 401. */
  refused: number;
  kept: number;
}

const MOST = 100;
const BETWEEN_MS = 50;

/** Sends some of a sale's webhooks again, as an attacker without the secret would, until stopped. */
export class Forger {
  readonly #url: string;
  readonly #deliveries: readonly Delivery[];
  readonly #name = `forged-${randomBytes(6).toString('hex')}`;
  readonly #secret = randomBytes(32).toString('hex');
  readonly #ids: string[] = [];
  #refused = 0;
  #stopped = false;
  #going: Promise<void> | null = null;

  constructor(url: string, deliveries: readonly Delivery[]) {
    this.#url = url;
    this.#deliveries = deliveries;
  }

  start(): void {
    this.#going = this.#go();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#going;
  }

  /** Counts the forged webhooks that were stored. Must be 0. */
  async found({ events, parked, spool }: Pick<Collections, 'events' | 'parked' | 'spool'>): Promise<Forged> {
    const filter = { webhookId: { $in: this.#ids } };
    const kept = await Promise.all([
      events.countDocuments(filter),
      parked.countDocuments(filter),
      spool.countDocuments(filter),
    ]);
    return {
      sent: this.#ids.length,
      refused: this.#refused,
      kept: kept.reduce((sum, each) => sum + each, 0),
    };
  }

  async #go(): Promise<void> {
    for (const delivery of this.#deliveries.slice(0, MOST)) {
      // At least one is sent.
      if (this.#stopped && this.#ids.length > 0) return;
      const webhookId = `${this.#name}-${this.#ids.length}`;
      this.#ids.push(webhookId);
      // The bytes differ from the valid webhook's: otherwise it would be a duplicate, and acceptance would
      // not be visible.
      const body = Buffer.concat([delivery.body, Buffer.from('\n')]);
      const forged = { ...delivery, webhookId, body };
      const { status } = await sendSigned(this.#url, forged, this.#secret).catch(() => ({ status: null }));
      if (status === 401) this.#refused += 1;
      await sleep(BETWEEN_MS);
    }
  }
}
