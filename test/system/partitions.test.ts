import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { agreeOnPartitions } from '../../src/system/partitions.ts';
import { PARTITIONS_KEY } from '../../src/system/redis-keys.ts';
import { openDeposit, type DepositInside } from '../support/in-process.ts';

describe('P6: the number of partitions', () => {
  let inside: DepositInside;
  beforeEach(async () => {
    inside = await openDeposit();
  });
  afterEach(() => inside.close());

  test('is set by the first of many programs that start together', async () => {
    const numbers = [3, 4, 3, 4, 3];
    const outcomes = await Promise.allSettled(numbers.map((each) => agreeOnPartitions(inside.redis, each)));
    const kept = await inside.redis.get(PARTITIONS_KEY);
    outcomes.forEach(({ status }, i) =>
      expect(status).toBe(String(numbers[i]) === kept ? 'fulfilled' : 'rejected'),
    );
    await expect(agreeOnPartitions(inside.redis, 7)).rejects.toMatchObject({
      code: 'unsuitable',
      message: expect.stringContaining(`Set PARTITIONS=${kept}`) as unknown,
    });
  });

  test('is written again after Redis was emptied, and never expires', async () => {
    await agreeOnPartitions(inside.redis, 2);
    expect(await inside.redis.ttl(PARTITIONS_KEY)).toBe(-1);
    await inside.redis.flushdb();
    await agreeOnPartitions(inside.redis, 2);
    expect(await inside.redis.get(PARTITIONS_KEY)).toBe('2');
  });
});
