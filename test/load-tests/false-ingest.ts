import { once } from 'node:events';
import { Agent, createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import type { ShopDomain } from '../../src/order/identity.ts';
import { http } from '../support/http.ts';

/** What a sender gets: status and JSON; null if the connection breaks instead. */
export type Reply = { status: number; json: object } | null;

/** One attempt, as it arrived. */
export interface Attempt {
  /** Counted from 1, over all shops. */
  nth: number;
  /** Of this webhook, by its id; counted from 1. */
  time: number;
  shop: string;
  webhookId: string;
  /** The id that the real ingest would give to its event. */
  event: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The real ingest's answer to it. */
  forward: () => Promise<Reply>;
}

/** An untrustworthy ingest: it forwards webhooks to a real one, and treats them as the test wants. */
export class FalseIngest {
  readonly attempts: Attempt[] = [];
  readonly #failures: unknown[] = [];
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param real the URL of the real one; without it nothing can be forwarded */
  static async start(answer: (attempt: Attempt) => Reply | Promise<Reply>, real = ''): Promise<FalseIngest> {
    const server = createServer();
    const ingest = new FalseIngest(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const attempt = ingest.#note(request.headers, Buffer.concat(chunks), real);
        const end = (reply: Reply) => {
          if (reply === null) request.socket.destroy();
          else response.writeHead(reply.status).end(JSON.stringify(reply.json));
        };
        Promise.resolve(answer(attempt)).then(end, (error: unknown) => {
          ingest.#failures.push(error);
          end({ status: 500, json: {} });
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return ingest;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #note(headers: IncomingHttpHeaders, body: Buffer, real: string): Attempt {
    const named = (name: string) => String(headers[`x-shopify-${name}`]);
    const [shop, webhookId, topic] = [named('shop-domain'), named('webhook-id'), named('topic')];
    const event = fingerprintsOf({
      shop: shop as ShopDomain,
      topic,
      webhookId,
      triggeredAt: null,
      body,
    }).event;
    const attempt = {
      nth: this.attempts.length + 1,
      time: 1 + this.attempts.filter((each) => each.webhookId === webhookId).length,
      shop,
      webhookId,
      event,
      headers,
      body,
      forward: () => http(`${real}/webhooks`, { method: 'POST', headers, body, agent: this.#agent }),
    };
    this.attempts.push(attempt);
    return attempt;
  }

  /** @throws what a test's answer threw */
  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
