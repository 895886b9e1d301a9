import { createHmac, randomUUID } from 'node:crypto';
import { acceptWebhook, type AcceptTools } from '../../src/accept/accept-webhook.ts';
import type { Answer } from '../../src/accept/answers.ts';
import { complianceRunner } from '../../src/compliance/compliance-runner.ts';
import { createRequestStore } from '../../src/persist/request-store.ts';
import type { ComplianceRunner } from '../../src/compliance/runner.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createAuditLog } from '../../src/persist/audit-log.ts';
import { createAuditedOnce } from '../../src/persist/audited-once.ts';
import type { Collections } from '../../src/persist/collections.ts';
import type { ComplianceDocument } from '../../src/persist/compliance-schema.ts';
import { createRedactions } from '../../src/persist/redactions.ts';
import { createShopStore, type ShopStore } from '../../src/persist/shop-store.ts';
import { createShopEvents } from '../../src/shop/shop-events.ts';
import { bytesOf, decompress } from '../../src/system/payload.ts';
import { everythingIn } from '../hostile/everything-in-redis.ts';
import { openInProcess, silent, type Inside } from '../support/in-process.ts';
import { UNLIMITED } from '../support/unlimited.ts';

export const SHOP = 'example.myshopify.com';
const SECRET = 'a-secret-for-tests';
const HOUR_MS = 3_600_000;

interface Sending {
  /** null: the header is omitted. */
  shop?: string | null;
  triggeredAt?: string;
  secret?: string;
  webhookId?: string;
  takes?: AcceptTools['takes'];
}

/** Ingest, drains and the runner of redactions in this process, with real servers and an injected clock. */
export class ComplianceInside {
  readonly inside: Inside;
  readonly tools: DrainTools;
  readonly runner: ComplianceRunner;
  readonly shops: ShopStore;
  /** Shopify's answer to the question whether the shop has the app. */
  isIn: 'in' | 'out' | 'unknown' = 'out';
  nowMs = Date.parse('2026-11-27T15:00:00Z');

  private constructor(inside: Inside) {
    const { collections } = inside;
    const now = () => this.nowMs;
    this.inside = inside;
    this.shops = createShopStore(collections);
    this.tools = {
      ...inside.tools,
      now,
      // Every drain reads the requests again. A test of its own covers drains with outdated requests.
      redactions: { masked: (...args) => createRedactions(collections, now).masked(...args) },
    };
    const { redis, partitions, tools } = inside;
    const audit = createAuditLog(collections.audit, unsealed);
    this.runner = complianceRunner({
      collections,
      redis,
      partitions,
      lock: tools.lock,
      audit,
      isIn: () => Promise.resolve(this.isIn),
      log: silent,
      now,
    });
  }

  static async open(): Promise<ComplianceInside> {
    return new ComplianceInside(await openInProcess());
  }

  /** Tools of a drain with some collections replaced. */
  toolsOver(changed: Partial<Collections>): DrainTools {
    const collections = { ...this.inside.collections, ...changed };
    const audited = createAuditedOnce(collections.audit, createAuditLog(collections.audit, unsealed));
    const tools = { shops: createShopStore(collections), requests: createRequestStore(collections), audited };
    return { ...this.tools, shopEvents: createShopEvents(tools) };
  }

  async send(topic: string, body: object | string, sending: Sending = {}): Promise<Answer> {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const { shop = SHOP, secret = SECRET, webhookId = randomUUID() } = sending;
    const headers = {
      'x-shopify-topic': topic,
      ...(shop === null ? {} : { 'x-shopify-shop-domain': shop }),
      'x-shopify-webhook-id': webhookId,
      'x-shopify-triggered-at': sending.triggeredAt ?? new Date(this.nowMs).toISOString(),
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(bytes).digest('base64'),
    };
    const { answer } = await acceptWebhook(headers, bytes, {
      secrets: [SECRET],
      fingerprintsOf,
      depositor: this.inside.depositor,
      ...UNLIMITED,
      ...(sending.takes && { takes: sending.takes }),
      now: () => this.nowMs,
    });
    return answer;
  }

  /** Drains all mailboxes. */
  async drain(tools: DrainTools = this.tools): Promise<void> {
    const { redis, keys, waker } = this.inside;
    await waker.flush();
    for (const order of await redis.zrange(keys.pending, '0', '-1'))
      await drainOrder(order as OrderKey, tools);
  }

  async sendAndDrain(topic: string, body: object | string, sending: Sending = {}): Promise<void> {
    await this.send(topic, body, sending);
    await this.drain();
  }

  /** Runs rounds of the runner, two minutes apart, until no redaction is left. @throws after ten rounds */
  async redact(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await this.runner.round();
      if ((await createRequestStore(this.inside.collections).redactionsToDo()).length === 0) return;
      this.nowMs += 120_000;
    }
    throw new Error('the redactions did not end');
  }

  /** Advances the clock by an hour, so that the next messages are newer. */
  later(): void {
    this.nowMs += HOUR_MS;
  }

  async records(): Promise<ComplianceDocument[]> {
    return await this.inside.collections.compliance
      .find()
      .sort({ receivedAt: 1 })
      .lean<ComplianceDocument[]>();
  }

  async outcomes(topic: string): Promise<(string | null)[]> {
    const found = await this.inside.collections.events
      .find({ topic })
      .sort({ receivedAt: 1, appliedAt: 1 })
      .lean();
    return found.map(({ outcome }) => outcome);
  }

  /** All stored data as text, with bodies decompressed. */
  async everything(): Promise<string> {
    const texts = [...(await everythingIn(this.inside.redis))].map(([key, value]) => `redis ${key} ${value}`);
    for (const [name, model] of Object.entries(this.inside.collections))
      for (const document of await model.collection.find().toArray()) {
        const { payload } = document as { payload?: Buffer | { buffer: Uint8Array } };
        const body = payload ? decompress(bytesOf(payload)).toString('latin1') : '';
        texts.push(`${name} ${JSON.stringify(document)} ${body}`);
      }
    return texts.join('\n');
  }

  async close(): Promise<void> {
    await this.runner.stop();
    await this.inside.close();
  }
}

const unsealed = {
  error: (line: unknown) => {
    throw new Error(JSON.stringify(line));
  },
};
