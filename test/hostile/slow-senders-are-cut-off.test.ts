import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, signatureOf } from '../accept/served-ingest.ts';
import { until } from '../support/until.ts';

/**
 * health/serve.ts allows 5 s for the headers and 10 s for a whole request, and checks once a second. So all of
 * these are gone after 11 s; the rest of the limit is for a busy machine.
 */
const GONE_WITHIN_MS = 16_000;
const OF_EACH_KIND = 75;
/** Valid webhooks that must be answered while all the others hang: 5 s would be enough for thousands. */
const ANSWERED_MEANWHILE = 50;

const HEAD = 'POST /webhooks HTTP/1.1\r\nhost: x\r\n';
const SIGNED = `${HEAD}x-shopify-hmac-sha256: ${signatureOf('never whole')}\r\n`;

/** What each kind sends immediately, and what it keeps sending, a little at a time, forever. */
const KINDS = {
  nothing: ['', ''],
  'headers, byte by byte': [HEAD, 'a'],
  'headers, line by line': [HEAD, 'a: b\r\n'],
  'a body, byte by byte': [`${SIGNED}content-length: 100000\r\n\r\n`, ' '],
  'an endless body in chunks': [`${SIGNED}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  'the rest of a body that was refused': [`${HEAD}content-length: 100000\r\n\r\n`, ' '],
} as const;

class SlowSender {
  closed = false;
  readonly #socket: Socket;
  readonly #more: string;

  constructor(url: string, [first, more]: readonly [string, string]) {
    this.#more = more;
    this.#socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.#socket.on('close', () => (this.closed = true));
    // Cut off during a write: as intended.
    this.#socket.on('error', () => undefined);
    this.#socket.resume();
    this.#socket.write(first);
  }

  sendMore(): void {
    if (!this.closed && this.#more !== '') this.#socket.write(this.#more);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe('hundreds of slow senders', () => {
  let ingest: ServedIngest;
  let senders: SlowSender[] = [];
  let dripping: NodeJS.Timeout;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
    senders = Object.values(KINDS).flatMap((kind) =>
      Array.from({ length: OF_EACH_KIND }, () => new SlowSender(ingest.url, kind)),
    );
    dripping = setInterval(() => senders.forEach((sender) => sender.sendMore()), 500);
  });
  afterAll(async () => {
    clearInterval(dripping);
    senders.forEach((sender) => sender.destroy());
    await ingest.stop();
  });

  const hanging = () => senders.filter((sender) => !sender.closed).length;

  test('others are answered while all of them hang', async () => {
    const answers: string[] = [];
    while (answers.length < ANSWERED_MEANWHILE) answers.push(await ingest.sendGood());
    expect(hanging()).toBe(OF_EACH_KIND * Object.keys(KINDS).length);
    expect(new Set(answers)).toEqual(new Set(['200 accepted']));
  });

  test('all of them are eventually cut off, whatever they keep sending', async () => {
    const answers: string[] = [];
    await until(
      async () => {
        answers.push(await ingest.sendGood());
        return hanging() === 0;
      },
      GONE_WITHIN_MS,
      'every slow sender cut off',
    );
    expect(new Set(answers)).toEqual(new Set(['200 accepted']));
  });
});
