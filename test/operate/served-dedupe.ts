import { createClaims, type Claims } from '../../src/deposit/claims.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { createMailboxList } from '../../src/deposit/mailbox-list.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { partsOf, type EventId, type OrderKey } from '../../src/order/identity.ts';
import { dedupeRoutes } from '../../src/operate/api/dedupe-routes.ts';
import { createClaimReader } from '../../src/operate/steering/claim-reader.ts';
import type { DedupeClaim } from '../../src/operate/shapes/dedupe.ts';
import type { HttpAnswer } from '../support/http.ts';
import { lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

/** A webhook that arrived. */
export interface Arrived {
  event: EventId;
  order: OrderKey;
  webhookId: string;
  body: string;
}

export const MAX_BODY_BYTES = 1024 * 1024;
export const REASON = 'the order came out wrong';

/** The routes of dedupe keys over real servers, with webhooks that arrive. */
export class ServedDedupe {
  readonly inside: Inside;
  readonly claims: Claims;
  readonly routes: ServedRoutes;
  #order = 100;

  private constructor(inside: Inside, found: Claims, routes: ServedRoutes) {
    this.inside = inside;
    this.claims = found;
    this.routes = routes;
  }

  static async start(): Promise<ServedDedupe> {
    const inside = await openInProcess();
    const { redis, partitions, collections } = inside;
    const found = createClaims(redis, partitions);
    const mailboxes = createMailboxList(redis, partitions);
    const reader = createClaimReader({ claims: found, mailboxes, collections, partitions: 1 });
    const routes = await ServedRoutes.start(
      dedupeRoutes({ redis, claims: found, reader, maxBodyBytes: MAX_BODY_BYTES }),
    );
    return new ServedDedupe(inside, found, routes);
  }

  /** A webhook as ingest accepts it, for an order of its own. */
  async arrives(
    topic = 'returns/close',
    more: { body?: string; triggeredAt?: string } = {},
  ): Promise<Arrived> {
    const number = (this.#order += 1);
    const order = keyOf(String(number));
    const webhookId = `webhook-${number}`;
    const body = more.body ?? JSON.stringify({ id: number, order_id: number });
    const told = { shop: partsOf(order).shop, topic, webhookId, triggeredAt: more.triggeredAt ?? null };
    const bytes = Buffer.from(body);
    const { event, delivery } = fingerprintsOf({ ...told, body: bytes });
    await this.inside.depositor.deposit(
      waitingEvent(topic, null, { order, id: event, webhookId, body: bytes }),
      delivery,
    );
    await this.inside.waker.flush();
    return { event, order, webhookId, body };
  }

  /** An applied webhook: the first of an order's life. */
  async applied(): Promise<Arrived> {
    const [first] = lifeEvents((this.#order += 1));
    if (!first) throw new Error('a life has events');
    const { topic, webhookId, body, order } = first;
    const told = { shop: partsOf(order).shop, topic, webhookId, triggeredAt: null, body };
    const { event, delivery } = fingerprintsOf(told);
    await this.inside.depositor.deposit({ ...first, id: event }, delivery);
    await drainOrder(order, this.inside.tools);
    return { event, order, webhookId: String(webhookId), body: body.toString() };
  }

  claimed(event: EventId): Promise<number> {
    return this.inside.redis.exists(this.inside.keys.dedupe(event));
  }

  release(event: string, body: object = {}): Promise<HttpAnswer> {
    return this.routes.post(`/dedupe/${event}/release`, { reason: REASON, ...body });
  }

  async stop(): Promise<void> {
    await this.routes.stop();
    await this.inside.close();
  }
}

export function claimsIn({ json }: HttpAnswer): DedupeClaim[] {
  return json.claims as DedupeClaim[];
}
