import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { within } from '../../src/system/within.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

/** Node publishes every socket here that is created to connect to a server. */
const CHANNEL = 'net.client.socket';

describe('P3: a connection to MongoDB that is closing', () => {
  const sockets: Socket[] = [];
  const keep = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  let mongo: ReturnType<typeof openMongo>;
  beforeAll(async () => {
    subscribe(CHANNEL, keep);
    mongo = openMongo((await namespace()).mongoUri);
    await mongoReady(mongo);
    unsubscribe(CHANNEL, keep);
  });
  afterAll(() => mongo.close());
  const ping = () => mongo.db!.command({ ping: 1 });

  test('fails the command that is written to it, and the next command gets a new connection', async () => {
    for (const socket of sockets) socket.destroy();
    await expect(within(ping(), 5000)).rejects.toThrow(/closed/);
    await until(() => ping().then(Boolean, () => false), 20_000, 'MongoDB to answer again');
    expect(sockets.length).toBeGreaterThan(1);
  });
});
