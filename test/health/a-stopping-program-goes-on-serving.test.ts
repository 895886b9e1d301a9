import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { http } from '../support/http.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

describe('an ingest with SHUTDOWN_DELAY_MS gets SIGTERM', () => {
  const life = lifeOf(randomFrom(3), 'stopping.myshopify.com', 77, new Date('2026-11-20T10:00:00Z'));
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ env: { SHUTDOWN_DELAY_MS: '2000' } });
    expect((await stack.send(life[0]!)).headers.connection).toBe('keep-alive');
    stack.ingests[0]!.child.kill('SIGTERM');
    await until(async () => (await readyz().catch(() => null))?.status !== 200);
  });
  afterAll(() => stack.stop());
  const readyz = () => http(`${stack.ingestUrls[0]}/readyz`);

  test('it is alive, but not ready: a load balancer sends requests to another one', async () => {
    expect(await readyz()).toMatchObject({
      status: 503,
      json: { status: 'not ready', problems: ['is stopping'] },
    });
    expect((await http(`${stack.ingestUrls[0]}/healthz`)).status).toBe(200);
  });

  test('P2: it still accepts webhooks, and asks for a new connection after each', async () => {
    const { status, json, headers } = await stack.send(life[1]!);
    expect({ status, outcome: json.outcome }).toEqual({ status: 200, outcome: 'accepted' });
    expect(headers.connection).toBe('close');
  });

  test('then it ends, with exit code 0', async () => {
    expect(await stack.ingests[0]!.ended).toBe(0);
    await stack.drained();
  });
});
