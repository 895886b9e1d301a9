import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { expectedOf } from '../support/model.ts';
import { Stack } from '../support/stack.ts';

/** Without a takeover, the lock would keep other workers out for five minutes. */
const WITHIN_MS = 15_000;

describe('a worker is killed while it has locked an order', () => {
  let stack: Stack;
  let link: Link;
  beforeAll(async () => {
    stack = await Stack.start({ workers: 0, env: { LOCK_TTL_MS: '300000', HOLD_FOR_CREATE_MS: '0' } });
    link = await Link.to(Number(new URL(stack.names.mongoUri).port));
  });
  afterAll(async () => {
    await stack.stop();
    await link.close();
  });

  test('P6: another worker continues without waiting for the lock to expire', async () => {
    const [life = []] = livesOf(randomFrom(5), 'taken-over.myshopify.com', 1);
    const mongo = new URL(stack.names.mongoUri);
    mongo.port = String(link.port);
    const caught = link.intercept('bulkWrite');
    const victim = await stack.startWorker({ MONGODB_URI: mongo.href });
    for (const delivery of life) await stack.send(delivery);
    await caught.reached;
    await stack.startWorker();
    victim.child.kill('SIGKILL');
    await victim.ended;
    caught.release();
    await stack.drained(WITHIN_MS);
    const { key } = expectedOf(life);
    expect((await stack.timeline(key)).map(({ sequence }) => sequence)).toEqual(life.map((_, i) => i + 1));
  });
});
