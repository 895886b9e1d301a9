import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, describe, test } from '@jest/globals';
import { ApiProblem } from '../../src/browser/client/api-problem.ts';
import { fetchJson } from '../../src/browser/client/fetch-json.ts';

const BEGINNING = '{"entries":[';
const ANSWERS: Record<string, (response: ServerResponse) => unknown> = {
  '/whole': (response) => response.end('{"entries":[]}'),
  '/breaks-off': (response) => response.write(BEGINNING, () => response.destroy()),
  '/stalls': (response) => response.write(BEGINNING),
  '/proxy': (response) => response.end('<html>Sign in to the company network</html>'),
  '/refused': (response) => response.writeHead(409).end('{"detail":"the queue is paused"}'),
  '/gateway': (response) => response.writeHead(502).end('Bad gateway'),
};

describe('an answer of the API that does not arrive whole is a failure, never an empty answer', () => {
  let server: Server;
  let base: string;
  beforeAll(async () => {
    server = createServer(({ url }, response) => ANSWERS[url!]!(response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  test('a whole answer is given as it is', async () => {
    expect(await fetchJson(`${base}/whole`, { method: 'GET' }, 300)).toEqual({ entries: [] });
  });

  test.each([
    ['/breaks-off', 0, 'the dashboard is unreachable'],
    ['/stalls', 0, 'no answer within 0.3 s'],
    ['/proxy', 200, 'the dashboard answered with status 200, but not in JSON'],
    ['/refused', 409, 'the queue is paused'],
    ['/gateway', 502, 'the dashboard answered with status 502, but not in JSON'],
  ])('%s', async (place, status, message) => {
    const problem: unknown = await fetchJson(base + place, { method: 'GET' }, 300).catch(
      (error: unknown) => error,
    );
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ status, message });
  });

  test('a change whose answer breaks off may have been made', async () => {
    await expect(fetchJson(`${base}/breaks-off`, { method: 'POST' }, 300)).rejects.toThrow(
      'the dashboard is unreachable; check the audit log to see whether the change was made',
    );
  });
});
