import { createHmac, randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { IngestTools } from '../../src/accept/ingest-app.ts';
import { depositorOver } from '../../src/compose/deposits.ts';
import { composeIngest } from '../../src/compose/ingest.ts';
import type { ScriptedRedis } from '../../src/deposit/scripts.ts';
import { openSpoolClient, redisReady } from '../../src/system/connections.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { openRedisInside } from '../support/open-resources.ts';
import { servedHere } from '../support/served-here.ts';
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

/** Nothing drains. */
const NO_WAKES = {
  queues: [],
  components: [],
  waker: {
    wake: () => undefined,
    wakeIn: () => Promise.resolve(),
    retryIn: () => Promise.resolve(),
    wakeAgain: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  },
};

/** Ingest's HTTP in this process, with its depositor on a real Redis. It has no spool, and accepts every shop. */
export class ServedIngest {
  readonly redis: ScriptedRedis;
  url = '';
  readonly #servers: Component[];
  #orders = 1000;

  private constructor(redisUrl: string, depositTimeoutMs: number, changed: Partial<IngestTools>) {
    const inside = openRedisInside(redisUrl, {
      impatient: true,
      settings: {
        SHOPIFY_API_SECRET: SECRET,
        SHOPIFY_API_SECRET_PREVIOUS: PREVIOUS_SECRET,
        DEPOSIT_TIMEOUT_MS: String(depositTimeoutMs),
      },
    });
    this.redis = inside.redis;
    const nowhere = openSpoolClient('mongodb://127.0.0.1:1');
    const { http: served } = composeIngest(
      { ...inside, ...nowhere, wakes: NO_WAKES, isFit: () => true },
      { depositor: depositorOver(inside, NO_WAKES.waker), ...UNLIMITED, ...changed },
    );
    this.#servers = servedHere(served, (url) => (this.url = url));
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
    for (const server of ingest.#servers) await server.start?.();
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
    for (const server of this.#servers) await server.stop();
    this.redis.disconnect();
  }
}
