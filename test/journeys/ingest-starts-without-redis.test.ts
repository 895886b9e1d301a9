import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis } from '../../testkit/local/redis.ts';
import { livesOf } from '../support/lives.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { Rig } from '../faults/rig.ts';

describe('an ingest that starts while Redis is down', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await rig.redis.stop();
    await rig.startIngest();
  });
  afterAll(() => rig.close());

  test('P2: accepts webhooks into the spool, and into Redis when it is up; all are applied', async () => {
    const [first, ...others] = livesOf(rig.random, 'early.myshopify.com', 1).flat();
    const [ingest] = rig.ingests;
    expect((await rig.send(first!))?.json.outcome).toBe('accepted');
    expect(await rig.metric(ingest!, 'lockstep_spooled_total')).toBe(1);
    expect((await http(`${ingest!.url}/readyz`)).status).toBe(200);

    rig.redis = await startRedis(`${rig.folder}/redis`, rig.redis.port);
    await rig.startWorker();
    await rig.deliverAll(others);
    await rig.settled();
    expect(await rig.audit()).toMatchObject({ lost: 0, wrong: 0, twice: 0, journaled: others.length + 1 });
  });

  test('P2: a Redis with an evicting policy is not used, even if it comes up later', async () => {
    const link = await rig.link('redis');
    link.cut();
    const late = await rig.startIngest({ redis: link });
    let said = '';
    late.program.child.stdout?.on('data', (chunk) => (said += String(chunk)));
    await rig.direct.config('SET', 'maxmemory-policy', 'allkeys-lru');
    link.heal();
    await until(() => said.includes('it is not used until'));
    const [delivery] = livesOf(rig.random, 'late.myshopify.com', 1).flat();
    expect((await rig.send(delivery!, late))?.json.outcome).toBe('accepted');
    expect(await rig.metric(late, 'lockstep_spooled_total')).toBe(1);
    await rig.direct.config('SET', 'maxmemory-policy', 'noeviction');
    await rig.settled();
    expect(await rig.audit()).toMatchObject({ lost: 0, wrong: 0 });
  });
});
