import { createHmac, randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { ingestApp, ingestFallback, type IngestTools } from '../../src/accept/ingest-app.ts';
import { depositor } from '../../src/deposit/depositor.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import type { Part } from '../../src/system/lifecycle.ts';
import { openRedis, redisReady } from '../../src/system/connections.ts';
import { createLog } from '../../src/system/log.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { serving } from '../../src/health/serve.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { UNLIMITED } from '../support/unlimited.ts';

const SECRET = 'the-current-secret';
export const PREVIOUS_SECRET = 'the-secret-before-it';
export const SHOP = 'example.myshopify.com';
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

export function signatureOf(body: Buffer | string, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

interface Sending {
  topic?: string;
  shop?: string;
  secret?: string;
  path?: string;
  method?: string;
  /** Override the usual headers; undefined removes one. */
  headers?: OutgoingHttpHeaders;
}

/** Ingest's HTTP in this process, with its depositor on a real Redis. Wake-ups do nothing: nothing drains. */
export class ServedIngest {
  readonly redis: ScriptedRedis;
  url = '';
  readonly #server: Part;
  #orders = 1000;

  private constructor(redisUrl: string, depositTimeoutMs: number, changed: Partial<IngestTools>) {
    const log = createLog('test', 'silent');
    const partitions = [redisKeys(0)];
    const wakes = {
      wake: () => undefined,
      wakeIn: () => Promise.resolve(),
      wakeAnew: () => Promise.resolve(),
      settle: () => Promise.resolve(),
    };
    this.redis = withScripts(openRedis(redisUrl, 'impatient', log, depositTimeoutMs));
    const tools = {
      secrets: [SECRET, PREVIOUS_SECRET],
      fingerprintsOf,
      depositor: depositor(this.redis, partitions, wakes, 3600),
      ...UNLIMITED,
      now: Date.now,
      maxBodyBytes: MAX_BODY_BYTES,
      metrics: createMetrics(),
      log,
      ...changed,
    };
    const app = ingestApp(tools);
    ingestFallback(app, tools);
    this.#server = serving(
      'webhooks',
      app,
      0,
      (port) => (this.url = `http://127.0.0.1:${port}`),
      '127.0.0.1',
    );
  }

  /** @param changed tools that replace the usual ones */
  static async start(changed: Partial<IngestTools> = {}): Promise<ServedIngest> {
    const ingest = await ServedIngest.startOver((await namespace()).redisUrl, 1500, changed);
    await redisReady(ingest.redis);
    return ingest;
  }

  /** Uses a Redis that may be down. */
  static async startOver(
    redisUrl: string,
    depositTimeoutMs = 1500,
    changed: Partial<IngestTools> = {},
  ): Promise<ServedIngest> {
    const ingest = new ServedIngest(redisUrl, depositTimeoutMs, changed);
    await ingest.#server.start?.();
    return ingest;
  }

  /** Sends a webhook as Shopify would, with the given changes. */
  send(
    body: Buffer | string,
    { topic = 'orders/create', shop = SHOP, ...more }: Sending = {},
  ): Promise<HttpAnswer> {
    const usual: OutgoingHttpHeaders = {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shop,
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-triggered-at': '2026-11-20T15:00:01.104512Z',
      'x-shopify-hmac-sha256': signatureOf(body, more.secret),
      ...more.headers,
    };
    const headers = Object.fromEntries(Object.entries(usual).filter(([, value]) => value !== undefined));
    return http(`${this.url}${more.path ?? '/webhooks'}`, { method: more.method ?? 'POST', headers, body });
  }

  /** Sends an ordinary webhook for a new order; its answer shows whether ingest works. */
  async sendGood(): Promise<string> {
    this.#orders += 1;
    const { status, json } = await this.send(JSON.stringify({ id: this.#orders }));
    return `${status} ${String(json.outcome)}`;
  }

  waitingIn(order: string): Promise<number> {
    return this.redis.llen(`lockstep:{0}:mailbox:${order}`);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    this.redis.disconnect();
  }
}
