import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JWT_SECRET } from '../../testkit/local/secrets.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { until } from '../support/until.ts';
import { INTAKE_POINTS, INTAKE_SPOOL_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Program } from './rig.ts';

const KILLS_EACH = times(1, 10);
const SHOP = 'example.myshopify.com';
const TYPE = 'wms/picked';
const REASON = 'T31';

/** T31: a dashboard is killed while it takes an event of another system; the sender repeats its request. */
describe(`P2, P3: the intake is killed (SEED=${SEED})`, () => {
  let rig: Rig;
  let steady: Program;
  let token: string;
  let order = 3_000_000;
  const sent: { order: string; event: string }[] = [];
  beforeAll(async () => {
    rig = await Rig.open({ HOLD_FOR_CREATE_MS: '0' });
    [steady] = await Promise.all([rig.startDashboard(), rig.startWorker()]);
    token = await mintToken(JWT_SECRET, { name: 'wms', role: 'source', shops: [SHOP] }, 1);
    const { status } = await http(`${steady.url}/api/event-types/${TYPE}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await rig.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ schema: { required: ['boxes'] }, reason: REASON }),
    });
    expect(status).toBe(200);
  });
  afterAll(() => rig.close());

  /** One attempt. Null if the connection broke. */
  async function send(to: Program, id: string, key: string): Promise<HttpAnswer | null> {
    const began = performance.now();
    const answer = await http(`${to.url}/api/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ order: id, type: TYPE, data: { boxes: 2 } }),
    }).catch(() => null);
    rig.log.note(answer, performance.now() - began);
    return answer;
  }

  /** Kills a dashboard at this moment of a request, perhaps deletes all of Redis, and repeats the request. */
  async function killAt(point: CrashPoint, isFlushed: boolean): Promise<void> {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const victim = await rig.startDashboard(placing);
    if (INTAKE_SPOOL_POINTS.includes(point)) placing.redis.cut();
    const caught = placing[point.link].intercept(point.pattern, point.part);
    const [id, key] = [String((order += 1)), randomUUID()];
    const broken = send(victim, id, key);
    await caught.reached;
    await rig.kill(victim);
    caught.release();
    expect(await broken).toBeNull();
    if (isFlushed) await rig.direct.flushall();
    let event = '';
    await until(
      async () => {
        const answer = await send(steady, id, key);
        event = String(answer?.json.event);
        return answer?.status === 200;
      },
      60_000,
      'the repeated request to be answered',
    );
    sent.push({ order: `${SHOP}/${id}`, event });
    await rig.settled();
  }

  /** Each event is in the journal once, and is what its order has of its type. */
  async function expectEachOnce(): Promise<void> {
    const { events, orders } = rig.collections;
    for (const each of sent) {
      const journaled = await events.find({ order: each.order, topic: TYPE }).lean();
      expect(journaled.map(({ _id, sequence }) => [_id, sequence])).toEqual([[each.event, 1]]);
      const stored = await orders.findById(each.order).lean();
      expect(stored).toMatchObject({ sequence: 1, external: { [TYPE]: { eventId: each.event } } });
    }
  }

  test.each([
    ['of a request', INTAKE_POINTS, false],
    ['of a request, and all of Redis is deleted', INTAKE_POINTS, true],
    ['of a request while Redis is down', INTAKE_SPOOL_POINTS, false],
  ])(
    'T31: at moments %s',
    async (what, points, isFlushed) => {
      rig.log.begin();
      let reached = 0;
      for (let kill = 0; kill < KILLS_EACH; kill += 1)
        for (const point of points) {
          await killAt(point, isFlushed);
          reached += 1;
        }
      const healSeconds = await rig.settled();
      await expectEachOnce();
      const fault = `T31 dashboard killed at moments ${what}`;
      expectNothingBroken(
        { fault, runs: KILLS_EACH * points.length, reached, healSeconds },
        await rig.audit(),
      );
    },
    600_000,
  );
});
