import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RECONCILED } from '../../src/order/topics.ts';
import { ServedIngest } from './served-ingest.ts';

describe('a topic of reconciliation', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test('P1: is never accepted as a webhook, even when signed', async () => {
    const { status, json } = await ingest.send('{"id":1}', { topic: RECONCILED });
    expect({ status, json }).toEqual({ status: 200, json: { outcome: 'ignored' } });
    expect(await ingest.redis.dbsize()).toBe(0);
  });
});
