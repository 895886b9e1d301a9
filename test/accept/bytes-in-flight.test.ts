import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBytesInFlight, FREE_BYTES } from '../../src/accept/bytes-in-flight.ts';
import { until } from '../support/until.ts';
import { ServedIngest, signatureOf } from './served-ingest.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('a budget of bytes in flight', () => {
  let held = 0;
  const budget = () => createBytesInFlight(100, (bytes) => (held = bytes));
  const never = () => {
    throw new Error('this body must not give way');
  };

  test('the first bytes of each body are free', () => {
    const inFlight = budget();
    for (let i = 0; i < 50; i += 1) expect(inFlight.hold(never).grow(FREE_BYTES)).toBe(true);
    expect(held).toBe(0);
  });

  test('further bytes count as they arrive, and are released once', () => {
    const one = budget().hold(never);
    expect([one.grow(FREE_BYTES + 40), one.grow(50), held]).toEqual([true, true, 90]);
    one.arrived();
    expect(held).toBe(90);
    one.release();
    one.release();
    expect(held).toBe(0);
  });

  test('when the budget is used up, the body that has been arriving longest gives way; complete bodies do not', () => {
    const inFlight = budget();
    const gone: string[] = [];
    const hold = (name: string) => inFlight.hold(() => gone.push(name));
    const whole = inFlight.hold(never);
    whole.grow(FREE_BYTES + 30);
    whole.arrived();
    const [slow, slower] = [hold('slow'), hold('slower')];
    expect([slower.grow(FREE_BYTES + 30), slow.grow(FREE_BYTES + 30)]).toEqual([true, true]);
    const late = hold('late');
    expect([late.grow(FREE_BYTES + 40), gone, held]).toEqual([true, ['slower'], 100]);
    expect([hold('too large').grow(FREE_BYTES + 71), gone, held]).toEqual([
      false,
      ['slower', 'slow', 'late'],
      30,
    ]);
  });
});

/** A POST that stops after part of its body. */
class Stalled {
  answer = '';
  closed = false;
  readonly socket: Socket;
  constructor(url: string, declared: number, sent: number) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => (this.answer += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
    const signature = `x-shopify-hmac-sha256: ${signatureOf('never whole')}`;
    const lines = ['POST /webhooks HTTP/1.1', 'host: x', signature, `content-length: ${declared}`];
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    this.socket.write(Buffer.alloc(sent, ' '));
  }
}

describe('bodies that never arrive completely', () => {
  let ingest: ServedIngest;
  let held = 0;
  let stalled: Stalled[] = [];
  beforeAll(async () => {
    ingest = await ServedIngest.start({ inFlight: createBytesInFlight(8 * MIB, (bytes) => (held = bytes)) });
  });
  afterAll(async () => {
    for (const { socket } of stalled) socket.destroy();
    await ingest.stop();
  });
  const large = (id: number) => JSON.stringify({ id, note: 'x'.repeat(3 * MIB) });

  test('a declared length costs nothing', async () => {
    stalled = Array.from({ length: 50 }, () => new Stalled(ingest.url, 5 * MIB, 10));
    expect((await ingest.send(large(1))).json.outcome).toBe('accepted');
    await until(() => held === 0);
    for (const { socket } of stalled.splice(0)) socket.destroy();
  });

  test('beyond the budget: 503 with Retry-After for the slowest; other webhooks are accepted meanwhile', async () => {
    stalled = Array.from({ length: 40 }, () => new Stalled(ingest.url, 5 * MIB, MIB));
    const refused = () => stalled.filter(({ answer }) => answer !== '');
    await until(() => refused().length >= 32);
    expect(held).toBeLessThanOrEqual(8 * MIB);
    for (let i = 0; i < 20; i += 1) expect(await ingest.sendGood()).toBe('200 accepted');
    expect((await ingest.send(large(2))).json.outcome).toBe('accepted');
    for (const { answer } of refused()) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/retry-after: 5\r\n/i);
      expect(answer).toContain('{"outcome":"unavailable"}');
    }
  });

  test('after they are gone, no bytes are held', async () => {
    for (const { socket } of stalled) socket.destroy();
    await until(() => held === 0);
    expect((await ingest.send(large(3))).json.outcome).toBe('accepted');
  });

  test('a body that arrives byte by byte costs more than its length', async () => {
    const body = `{"id":3,"note":"${'x'.repeat(60 * KIB)}"}`;
    const lines = [
      'POST /webhooks HTTP/1.1',
      'host: x',
      `x-shopify-hmac-sha256: ${signatureOf(body)}`,
      'transfer-encoding: chunked',
    ];
    const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write(
      `${lines.join('\r\n')}\r\n\r\n${body
        .split('')
        .map((byte) => `1\r\n${byte}\r\n`)
        .join('')}0\r\n\r\n`,
    );
    await until(() => answer !== '');
    socket.destroy();
    // 60 KiB in 60,000 pieces are 15 MiB: more than the budget of this test.
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  });
});
