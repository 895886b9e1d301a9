import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as a receiver got it. */
export interface Received {
  id: string;
  method: string;
  headers: IncomingHttpHeaders;
  text: string;
  at: number;
}

/** What a message contains, as far as tests look at it. */
export interface Body {
  id: string;
  type: string;
  order: { key: string; id: string; name: string | null };
  sequence: number;
  version: number;
  moved: { from: string | null; to: string } | null;
  data: Record<string, unknown> | null;
}

/** How a receiver answers; undefined: it never does. */
type Answering = (received: Received) => { status: number; headers?: Record<string, string> } | undefined;

/** The other side: a real HTTP server that records every message. */
export class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server;
  #held: ServerResponse[] = [];
  answering: Answering = () => ({ status: 200 });
  /** How long it takes to answer. */
  delayMs = 0;
  url = '';
  /** Requests that it is answering, and the most at any time. */
  underWay = 0;
  mostAtATime = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.underWay += 1;
      this.mostAtATime = Math.max(this.mostAtATime, this.underWay);
      response.on('close', () => (this.underWay -= 1));
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const id = String(request.headers['webhook-id']);
        const text = Buffer.concat(chunks).toString();
        const received = { id, method: request.method ?? '', headers: request.headers, text, at: Date.now() };
        this.received.push(received);
        const answer = this.answering(received);
        if (!answer) return void this.#held.push(response);
        setTimeout(() => response.writeHead(answer.status, answer.headers).end(), this.delayMs);
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${(receiver.#server.address() as AddressInfo).port}/hook`;
    return receiver;
  }

  /** Also those that were not answered. */
  answerAll(status: number): void {
    this.answering = () => ({ status });
    for (const response of this.#held.splice(0)) response.writeHead(status).end();
  }

  get bodies(): Body[] {
    return this.received.map(({ text }) => JSON.parse(text) as Body);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
