import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { freePort } from '../../../testkit/local/ports.ts';
import type { Message } from '../../../src/publish/messages.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';

const PATH = '/services/T000/B000/secret-part';

/**
 * An incoming webhook, with the answers that Slack documents. Its destination has a transformation, so that its messages
 * show which they are.
 */
export class Slack implements OtherSide {
  readonly port: number;
  readonly credentials = null;
  /** Every payload that was accepted. */
  readonly payloads: string[] = [];
  #server: Server | null = null;
  /** What it answers instead; null: what Slack does. */
  answer: { status: number; headers?: Record<string, string> } | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async open(): Promise<Slack> {
    const slack = new Slack(await freePort());
    await slack.startAgain();
    return slack;
  }

  place() {
    return { kind: 'slack' as const, settings: { ca: null }, transform: '$' };
  }

  credentialsOf(port: number): string {
    return `http://127.0.0.1:${port}${PATH}`;
  }

  arrived(order: string): Promise<Arrived[]> {
    const found = this.payloads
      .map((text) => ({ text, ...(JSON.parse(text) as { id: string; order?: { key: string } }) }))
      .filter((each) => each.order?.key === order);
    return Promise.resolve(found.map(({ id, text }) => ({ id, text })));
  }

  refused() {
    return { change: withoutText, because: /^it answered 400/ };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = null;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async startAgain(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { status, headers } = this.answer ?? { status: statusOf(request.url, text) };
        if (status === 200) this.payloads.push(text);
        response.writeHead(status, headers).end(status === 200 ? 'ok' : 'invalid_payload');
      });
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  remove(): Promise<void> {
    return this.stop();
  }
}

function statusOf(path: string | undefined, text: string): number {
  if (path !== PATH) return 404;
  return Object.keys(JSON.parse(text) as object).length === 0 ? 400 : 200;
}

function withoutText(message: Message): Message {
  return { ...message, text: '{}' };
}

export const SLACK: Kind = {
  open: () => Slack.open(),
  seesTwice: 2,
  hugeBytes: 90_000,
  tooLargeBytes: 100_001,
  hasCredentials: false,
  ifSilent: 'unknown',
};
