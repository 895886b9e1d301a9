import { randomUUID } from 'node:crypto';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { ExternalFact } from '../../src/order/external-fact.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

export const SHOP = 'example.myshopify.com';
export const REASON = { reason: 'a test of the intake' };
export const PICKED = {
  type: 'object',
  required: ['boxes'],
  properties: { boxes: { type: 'integer', minimum: 1 } },
};

/** A dashboard to which other systems send events, and the drains that apply them. */
export class ServedIntake {
  readonly dashboard: ServedDashboard;
  #order = 8_000_000;

  private constructor(dashboard: ServedDashboard) {
    this.dashboard = dashboard;
  }

  static async start(given: Parameters<typeof ServedDashboard.start>[0] = {}): Promise<ServedIntake> {
    return new ServedIntake(await ServedDashboard.start(given));
  }

  async register(type: string, schema: object = PICKED, shown: string[] = []): Promise<HttpAnswer> {
    return this.dashboard.put(`/api/event-types/${type}`, { schema, public: shown, ...REASON }, 'admin');
  }

  /** An order that has no events yet. */
  newOrder(shop = SHOP): { id: string; key: OrderKey } {
    const id = String((this.#order += 1));
    return { id, key: keyOf(id, shop) };
  }

  async token(shops: readonly string[] = [SHOP], name = 'wms-berlin'): Promise<string> {
    return await mintToken(JWT_SECRET, { name, role: 'source', shops }, 1);
  }

  /** @param body JSON text, or what becomes it */
  async send(
    body: object | string,
    { key = randomUUID(), shops, name }: { key?: string; shops?: readonly string[]; name?: string } = {},
  ): Promise<HttpAnswer> {
    return await http(`${this.dashboard.url}/api/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.token(shops, name)}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** What a worker does: applies all that waits, without a hold. */
  async drain(order: OrderKey): Promise<void> {
    const tools = { ...this.dashboard.drains, holdForCreateMs: 0 };
    // As a worker does: on a busy machine, a lock may not be acquired in time.
    await until(async () => (await drainOrder(order, tools)).outcome !== 'busy');
  }

  /** Shopify creates the order. */
  async created(order: OrderKey, at = '2026-11-27T10:00:00Z'): Promise<void> {
    const id = Number(order.split('/')[1]);
    const body = { id, name: '#1001', updated_at: at, financial_status: 'paid', line_items: [] };
    await this.dashboard.depositor.deposit(waitingEvent('orders/create', body, { order }), null);
    await this.drain(order);
  }

  async externalOf(order: OrderKey): Promise<Record<string, ExternalFact>> {
    const found = await this.dashboard.drains.orders.load(order);
    return { ...found?.external };
  }

  async timesApplied(order: OrderKey, type: string): Promise<number> {
    const { events } = this.dashboard.collections;
    return await events.countDocuments({ order, topic: type, sequence: { $gt: 0 } });
  }

  async stop(): Promise<void> {
    await this.dashboard.stop();
  }
}
