import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTENDERS } from '../../load-tests/compare/contenders.ts';
import { race } from '../../load-tests/compare/race.ts';
import { workload } from '../../load-tests/compare/workloads.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';

/** Those with a server of their own, which the race starts. */
const QUEUES = CONTENDERS.filter(({ waitsIn }) => waitsIn).map(
  (contender) => [contender.name, contender] as const,
);

describe('a race of', () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers();
  });
  afterAll(() => servers?.close());

  test.each(QUEUES)('%s: two workers apply everything once, in the sequence of arrival', async (_, queue) => {
    const sales = workload('spread', 100, 1);
    const outcome = await race(queue, servers, sales, 2);
    expect(outcome).toMatchObject({ lost: 0, twice: 0, refused: 0, bytesPerWaiting: null });
    expect(sales.sale.figures.duplicates).toBeGreaterThan(0);
    expect(outcome.eventsPerSecond).toBeGreaterThan(1);
    // A fifth of the webhooks arrives out of sequence, and none of these queues compares their times.
    expect(outcome.inversions).toBeGreaterThan(0);
  });
});
