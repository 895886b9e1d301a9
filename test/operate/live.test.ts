import { request, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import type { Caller } from '../../src/operate/caller.ts';
import { liveHandler } from '../../src/operate/status/live-stream.ts';
import { Sampler } from '../../src/operate/status/sampler.ts';
import { httpServer } from '../../src/health/serve.ts';
import type { Now, SystemStatus } from '../../src/operate/shapes/system.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { silent } from '../support/in-process.ts';
import { until } from '../support/until.ts';

/** A stream, read as a browser does. */
class Stream {
  text = '';
  ended = false;
  readonly headers: IncomingMessage['headers'];
  readonly #response: IncomingMessage;
  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.headers = response.headers;
    response.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    response.on('close', () => (this.ended = true));
    response.on('error', () => (this.ended = true));
  }

  static open(url: string): Promise<Stream> {
    return new Promise((resolve, reject) => {
      request(`${url}/live`, { agent: false }, (response) => resolve(new Stream(response)))
        .on('error', reject)
        .end();
    });
  }

  get events(): Now[] {
    return [...this.text.matchAll(/^event: now\ndata: (.*)\n\n/gm)].map(
      ([, data]) => JSON.parse(String(data)) as Now,
    );
  }

  leave(): void {
    this.#response.destroy();
  }

  /** Stops reading from the connection. */
  sleep(): void {
    this.#response.pause();
  }
}

describe('/api/live', () => {
  let url: string;
  let server: Component;
  let sampler: Sampler;
  let sentence: string;
  let signedIn: boolean;
  let root: string;
  beforeEach(async () => {
    sentence = 'All is well.';
    signedIn = true;
    root = 'ada';
    sampler = new Sampler({
      status: () => Promise.resolve({ sentence } as SystemStatus),
      heartbeats: () => Promise.resolve([]),
      log: silent,
      now: Date.now,
    });
    const ada = { shops: null, name: 'ada', role: 'viewer', token: '0'.repeat(16), root: 'ada' } as const;
    const identify: RequestHandler = (_request, response, next) => {
      response.locals.who = { ...ada, root };
      next();
    };
    const guard = { whoIs: () => Promise.resolve(signedIn ? (ada as Caller) : null) };
    const app = express().get('/live', identify, liveHandler(sampler, guard, 20));
    server = httpServer('live', app, 0, (port) => (url = `http://127.0.0.1:${port}`), '127.0.0.1');
    await server.start?.();
  });
  afterEach(async () => {
    await sampler.stop();
    await server.stop();
  });

  test('sends the last sample at once, and then each new one', async () => {
    await sampler.sample();
    const stream = await Stream.open(url);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    await until(() => stream.events.length === 1);
    sentence = 'Redis is down.\nReally: "<script>"';
    await sampler.sample();
    await until(() => stream.events.length === 2);
    expect(stream.events.map(({ status }) => status.sentence)).toEqual(['All is well.', sentence]);
    expect(stream.text).toMatch(/^retry: \d+\n\n/);
    stream.leave();
  });

  test('a client that disconnects is forgotten', async () => {
    const streams = await Promise.all([Stream.open(url), Stream.open(url)]);
    await until(() => sampler.listeners === 2);
    streams[0]?.leave();
    await until(() => sampler.listeners === 1);
    await sampler.sample();
    await until(() => streams[1]?.events.length === 1);
    expect(streams[0]?.events).toEqual([]);
    streams[1]?.leave();
    await until(() => sampler.listeners === 0);
  });

  test('the end of the sampler ends every stream, so that the server can stop', async () => {
    const streams = await Promise.all([Stream.open(url), Stream.open(url)]);
    await until(() => sampler.listeners === 2);
    await sampler.stop();
    await server.stop();
    await until(() => streams.every(({ ended }) => ended));
    expect(sampler.listeners).toBe(0);
  });

  test('a token and everything made from it share at most ten streams: one client cannot take them all', async () => {
    const open = () => Stream.open(url);
    const streams = await Promise.all(Array.from({ length: 12 }, open));
    const taken = streams.filter(({ headers }) => headers['content-type'] === 'text/event-stream');
    expect([taken.length, sampler.listeners]).toEqual([10, 10]);
    root = 'bob';
    const others = await open();
    expect(others.headers['content-type']).toBe('text/event-stream');
    root = 'ada';
    taken[0]?.leave();
    await until(() => sampler.listeners === 10);
    const again = await open();
    expect(again.headers['content-type']).toBe('text/event-stream');
    for (const stream of [...streams, others, again]) stream.leave();
    await until(() => sampler.listeners === 0);
  });

  test('after the end of the sampler no stream starts', async () => {
    await sampler.stop();
    const late = await Stream.open(url);
    await until(() => late.ended);
    expect(late.headers['content-type']).not.toBe('text/event-stream');
  });

  test('ends with the sign-in of its caller; until then it is kept alive', async () => {
    const stream = await Stream.open(url);
    await until(() => stream.text.includes(': still here\n\n: still here'));
    expect(stream.ended).toBe(false);
    signedIn = false;
    await until(() => stream.ended);
    expect(sampler.listeners).toBe(0);
  });

  test('a client that does not read is dropped', async () => {
    const reads = await Stream.open(url);
    const sleeps = await Stream.open(url);
    await until(() => sampler.listeners === 2);
    sleeps.sleep();
    // More than the system buffers between the two can hold.
    sentence = 'x'.repeat(1024 * 1024);
    await until(async () => {
      const before = reads.events.length;
      await sampler.sample();
      await until(() => reads.ended || reads.events.length > before);
      return sampler.listeners === 1;
    });
    expect(reads.ended).toBe(false);
    reads.leave();
    sleeps.leave();
  });
});
