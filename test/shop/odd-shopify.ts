import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OddAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
  /** How many bytes of the body are sent before the connection is closed. */
  cutAfter?: number;
  /** No answer is sent. */
  silent?: true;
}

export interface OddAsked {
  url: string;
  token: string;
  body: { query: string; variables: Record<string, unknown> };
}

/** A server in Shopify's place that gives any answer a test wants. */
export class OddShopify {
  readonly asked: OddAsked[] = [];
  answer: (asked: OddAsked) => OddAnswer = () => ({});
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<OddShopify> {
    const odd = new OddShopify();
    odd.#server.listen(0, '127.0.0.1');
    await once(odd.#server, 'listening');
    return odd;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = {
      url: request.url ?? '',
      token: String(request.headers['x-shopify-access-token']),
      body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as OddAsked['body'],
    };
    this.asked.push(asked);
    const { status = 200, headers = {}, body = '', cutAfter, silent } = this.answer(asked);
    if (silent) return;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, headers);
    if (cutAfter === undefined) response.end(text);
    else response.write(text.slice(0, cutAfter), () => response.destroy());
  }
}
