import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from '@jest/globals';
import { serving } from '../../src/watch/serve.ts';

/** An app whose answer is given when the test says so. */
function heldApp() {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const app = express().get('/', async (_request, response) => {
    onAsked();
    await allowed;
    response.json({ done: true });
  });
  return { app, asked, allow };
}

test('P2: a server that stops answers the request under way, and does not wait for its idle connection', async () => {
  const { app, asked, allow } = heldApp();
  const { promise: listening, resolve: onListening } = Promise.withResolvers<number>();
  const part = serving('test', app, 0, onListening);
  await part.start?.();
  const agent = new Agent({ keepAlive: true });
  const sent = request({ port: await listening, agent });
  sent.end();
  await asked;
  const stopped = part.stop();
  allow();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  response.resume();
  expect(response.statusCode).toBe(200);
  // The keep-alive of 65 s would outlast the test.
  await stopped;
  agent.destroy();
});

test('a port that is taken is named, with what to do', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const part = serving('test', express(), port, () => undefined);
  await expect(part.start?.()).rejects.toThrow(
    `port ${port} is taken: stop what uses it, or give another port`,
  );
  other.close();
  await once(other, 'close');
});
