import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import express from 'express';
import { expect, test } from '@jest/globals';
import { httpServer } from '../../src/health/serve.ts';

/** An app that answers when the test says so. */
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

test('P2: a stopping server answers the request under way, and does not wait for idle connections', async () => {
  const { app, asked, allow } = heldApp();
  const { promise: listening, resolve: onListening } = Promise.withResolvers<number>();
  const component = httpServer('test', app, 0, onListening, undefined);
  await component.start?.();
  const agent = new Agent({ keepAlive: true });
  const sent = request({ port: await listening, agent });
  sent.end();
  await asked;
  const stopped = component.stop();
  allow();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  response.resume();
  expect(response.statusCode).toBe(200);
  // The keep-alive of 65 s would outlast the test.
  await stopped;
  agent.destroy();
});

test('a connection that never sent anything does not delay the stop', async () => {
  const { promise: listening, resolve: onListening } = Promise.withResolvers<number>();
  const component = httpServer('test', express(), 0, onListening, '127.0.0.1');
  await component.start?.();
  const silent = connect(await listening, '127.0.0.1');
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  silent.resume();
  // Its server may not have accepted it yet.
  await fetch(`http://127.0.0.1:${await listening}/`).then((answer) => answer.text());
  await component.stop();
  await ended;
  expect(silent.destroyed).toBe(true);
});

test('with an address to bind to, no other address of this machine is served, except `localhost`', async () => {
  const { promise: listening, resolve: onListening } = Promise.withResolvers<number>();
  const app = express().get('/', (_request, response) => void response.json({ done: true }));
  const component = httpServer('test', app, 0, onListening, '127.0.0.1');
  await component.start?.();
  const port = await listening;
  for (const host of ['127.0.0.1', 'localhost'])
    expect((await fetch(`http://${host}:${port}/`)).ok).toBe(true);
  const others = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of others)
    await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow('fetch failed');
  await component.stop();
});

test('the error names an address that this machine does not have', async () => {
  const component = httpServer('test', express(), 0, () => undefined, '192.0.2.1');
  await expect(component.start?.()).rejects.toThrow('BIND: 192.0.2.1 is not an address of this machine');
});

test('the error names a port that is in use, and says what to do', async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const component = httpServer('test', express(), port, () => undefined, undefined);
  await expect(component.start?.()).rejects.toThrow(
    `port ${port} is already in use: stop the program that uses it, or set another port`,
  );
  other.close();
  await once(other, 'close');
});
