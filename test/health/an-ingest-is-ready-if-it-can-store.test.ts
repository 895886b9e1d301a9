import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Lockstep } from '../../testkit/local/lockstep.ts';
import { http } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const NOWHERE = { MONGODB_URI: 'mongodb://127.0.0.1:1/lockstep' };

describe('P2: an ingest without MongoDB', () => {
  let lockstep: Lockstep;
  beforeAll(async () => {
    const { redisUrl, mongoUri } = await namespace();
    lockstep = new Lockstep({ redisUrl, mongoUri }, { env: { ...NOWHERE, LOG_LEVEL: 'silent' } });
  });
  afterAll(() => lockstep.stop());

  test.each([
    ['redis', 200],
    ['both', 503],
  ])('with DURABILITY=%s, /readyz answers %i', async (durability, expected) => {
    const { url } = await lockstep.spawn('ingest', { DURABILITY: durability });
    const readiness = () => http(`${url}/readyz`).catch(() => null);
    await until(async () => (await readiness()) !== null);
    await until(async () => (await readiness())?.status === expected);
    expect((await readiness())?.json.status).toBe(expected === 200 ? 'ready' : 'not ready');
  });
});
