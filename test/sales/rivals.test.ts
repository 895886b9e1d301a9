import { Agent } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { startOnFreePort, type RunningProgram } from '../../testkit/local/programs.ts';
import { openMongo } from '../../src/system/connections.ts';
import { rivalOutcome, type RivalOutcome } from '../../load-tests/rivals/outcome.ts';
import { rolesOf, type RivalName, type Role } from '../../load-tests/rivals/rivals.ts';
import { startRival } from '../../load-tests/rivals/start-rival.ts';
import { rivalStore } from '../../load-tests/rivals/store.ts';
import { http } from '../support/http.ts';
import { livesOf } from '../support/lives.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

/** The processes of one rival over their own namespace. */
class RivalStack {
  readonly #env: NodeJS.ProcessEnv;
  readonly #programs: RunningProgram[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 });
  #url = '';

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = { ...process.env, SHOPIFY_API_SECRET: SECRET, LOG_LEVEL: 'warn', ...env };
  }

  async start(name: RivalName, role: Role): Promise<void> {
    const setting = role === 'ingest' ? 'PORT' : 'ADMIN_PORT';
    const { url } = await startOnFreePort((port) => {
      const program = startRival(name, role, { ...this.#env, [setting]: port });
      this.#programs.push(program);
      return program;
    });
    if (role === 'ingest') this.#url = url;
  }

  async send(delivery: Delivery, secret = SECRET): Promise<[number, unknown]> {
    const headers = signedHeaders(delivery, secret);
    const sending = { method: 'POST', headers, body: delivery.body, agent: this.#agent };
    const { status, json } = await http(`${this.#url}/webhooks`, sending);
    return [status, json.outcome];
  }

  /** The exit codes. */
  async stop(): Promise<number[]> {
    this.#agent.destroy();
    await Promise.all(this.#programs.map((program) => program.stop()));
    return await Promise.all(this.#programs.map((program) => program.ended));
  }
}

const lives = livesOf(randomFrom(7), 'example.myshopify.com', 5);
const deliveries = lives.flat();
const [first] = deliveries as [Delivery];
let stack: RivalStack;
afterEach(() => stack?.stop());

type Send = () => Promise<unknown[]>;
const atOnce: Send = () => Promise.all(deliveries.map((delivery) => stack.send(delivery)));
const inTurn: Send = async () => (await Promise.all(lives.map(sendInTurn))).flat();

async function sendInTurn(life: readonly Delivery[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const delivery of life) answers.push(await stack.send(delivery));
  return answers;
}

describe('a rival', () => {
  let mongo: Connection;
  afterEach(() => mongo?.close());

  test.each<[RivalName, string, Send, Partial<RivalOutcome>]>([
    ['throw-and-retry', 'at once', atOnce, { lost: 0, twice: 0 }],
    ['move-to-delayed', 'at once', atOnce, { lost: 0, twice: 0 }],
    ['grouped', 'in turn', inTurn, { lost: 0, twice: 0, inversions: 0, wrong: 0 }],
    ['without-queue', 'in turn', inTurn, { lost: 0, twice: 0, inversions: 0, wrong: 0 }],
  ])(
    '%s applies once what it acknowledged, sent %s, and accepts nothing else',
    async (name, _how, send, expected) => {
      const { redisUrl, mongoUri } = await namespace();
      stack = new RivalStack({ REDIS_URL: redisUrl, MONGODB_URI: mongoUri });
      await Promise.all(rolesOf(name).map((role) => stack.start(name, role)));
      mongo = openMongo(mongoUri);
      await mongo.asPromise();
      const store = rivalStore(mongo);

      expect(await stack.send(first, 'a-secret-of-another-person')).toEqual([401, 'forged']);
      expect(await send()).toEqual(deliveries.map(() => [200, 'accepted']));
      expect(await stack.send(first)).toEqual([200, 'duplicate']);
      await until(async () => (await store.events.countDocuments()) === deliveries.length);

      // Stopping waits for running work: nothing is applied after it.
      expect(await stack.stop()).toEqual(rolesOf(name).map(() => 0));
      expect(await rivalOutcome(store, deliveries)).toMatchObject(expected);
      expect(await store.events.countDocuments()).toBe(deliveries.length);
    },
  );

  test('the ceiling answers without storing anything, and detects a forgery', async () => {
    stack = new RivalStack({ REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1/none' });
    await stack.start('bare', 'ingest');
    expect(await stack.send(first)).toEqual([200, 'accepted']);
    expect(await stack.send(first)).toEqual([200, 'accepted']);
    expect(await stack.send(first, 'a-secret-of-another-person')).toEqual([401, 'forged']);
  });

  test('has no worker if everything is done before the answer', async () => {
    const program = startRival('without-queue', 'worker', { ...process.env }, 'pipe');
    program.child.stderr?.resume();
    program.child.stdout?.resume();
    expect(await program.ended).toBe(1);
  });
});
