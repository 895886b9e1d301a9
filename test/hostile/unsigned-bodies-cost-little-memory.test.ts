import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const CONNECTIONS = 150;
const BODY_BYTES = 5 * 1024 * 1024;
const ALMOST_ALL = Buffer.alloc(BODY_BYTES - 1000, ' ');
/** A well-formed signature: it is not known yet that it is wrong. */
const HEAD = `POST /webhooks HTTP/1.1\r\nhost: x\r\nx-shopify-hmac-sha256: ${'A'.repeat(43)}=\r\n`;
/** Without a budget it was eight times as much, and stayed so. */
const TIMES_AS_MUCH = 3;

/** From the operating system: the memory of the whole process, whatever allocated it. */
function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

describe('unsigned bodies of 5 MiB, hundreds at a time, never complete', () => {
  let stack: Stack;
  let pid = 0;
  let port = 0;
  let sockets: Socket[] = [];
  beforeAll(async () => {
    stack = await Stack.start({ workers: 0 });
    pid = stack.ingests[0]?.child.pid ?? 0;
    port = Number(new URL(stack.ingestUrls[0] ?? '').port);
  }, 60_000);
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await stack.stop();
  });

  const good = async (noteBytes = 0) => {
    const body = JSON.stringify({ id: 1, n: randomUUID(), note: 'x'.repeat(noteBytes) });
    const common = { topic: 'orders/updated', shop: 'example.myshopify.com', eventId: randomUUID() };
    const delivery = { ...common, webhookId: randomUUID(), triggeredAt: new Date(), body: Buffer.from(body) };
    return (await stack.send(delivery)).json.outcome;
  };

  /** Returns the statuses, and the peak memory of the process. */
  async function attack(): Promise<{ statuses: Set<string>; mostBytes: number }> {
    const statuses = new Set<string>();
    let [answered, mostBytes] = [0, 0];
    sockets = Array.from({ length: CONNECTIONS }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', (chunk: Buffer) => {
        answered += 1;
        statuses.add(chunk.toString('latin1').slice(9, 12));
      });
      socket.on('error', () => undefined);
      socket.write(`${HEAD}content-length: ${BODY_BYTES}\r\n\r\n`);
      socket.write(ALMOST_ALL);
      return socket;
    });
    await until(() => {
      mostBytes = Math.max(mostBytes, rssOf(pid));
      return answered > CONNECTIONS / 2;
    });
    expect(await good()).toBe('accepted');
    for (const socket of sockets) socket.destroy();
    return { statuses, mostBytes: Math.max(mostBytes, rssOf(pid)) };
  }

  const held = async () => {
    const text = await (await fetch(`${stack.ingestUrls[0]}/metrics`)).text();
    return Number(/^lockstep_body_bytes_in_flight (\d+)/m.exec(text)?.[1]);
  };

  test('most are answered 503; memory stays within limits, also the second time; valid webhooks are accepted', async () => {
    // Honest traffic, so that the baseline is a program at work.
    for (let i = 0; i < 20; i += 1) expect(await good(1024 * 1024)).toBe('accepted');
    const usualBytes = rssOf(pid);
    for (let time = 0; time < 2; time += 1) {
      const { statuses, mostBytes } = await attack();
      expect(statuses).toEqual(new Set(['503']));
      expect(mostBytes / usualBytes).toBeLessThan(TIMES_AS_MUCH);
      await until(async () => (await held()) === 0);
    }
    expect(await good(1024 * 1024)).toBe('accepted');
  }, 60_000);

  test('connections have a limit, and when it is reached, idle ones are closed', async () => {
    sockets = Array.from({ length: 2100 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      return socket;
    });
    await until(() => sockets.some(({ closed }) => closed));
    await until(async () => (await good().catch(() => null)) === 'accepted');
    expect(sockets.filter(({ closed }) => !closed).length).toBeLessThan(2000);
  }, 60_000);
});
