import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** Ingest, which has one answer for every webhook. */
let answer: { status: number; outcome: string };
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ outcome: answer.outcome }));
  });
});
async function send(url: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, SHOPIFY_API_SECRET: 'secret' };
  const child = spawn(process.execPath, ['scripts/send.ts', 'orders/create', '--url', url], { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

describe('npm run send', () => {
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    await once(server.close(), 'close');
  });

  test.each([
    { status: 200, outcome: 'accepted', code: 0, history: true },
    { status: 200, outcome: 'duplicate', code: 0, history: true },
    { status: 200, outcome: 'ignored', code: 0, history: false },
    { status: 401, outcome: 'forged', code: 1, history: false },
  ])(
    'names the command for the history only if there is one: $outcome',
    async ({ code, history, ...given }) => {
      answer = given;
      const ended = await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      expect(ended.stdout).toMatch(new RegExp(`^${given.status} +${given.outcome} +orders/create`));
      expect(ended.stdout.includes('its history: npm run ops -- order ')).toBe(history);
      expect(ended.code).toBe(code);
    },
  );

  test('says which address is unreachable', async () => {
    // No program listens on port 2.
    const { code, stdout, stderr } = await send('http://127.0.0.1:2');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('no answer from ingest at http://127.0.0.1:2: is Lockstep running there?\n');
  });
});
