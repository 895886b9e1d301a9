import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PG_BOSS } from '../../load-tests/compare/contenders.ts';
import { race } from '../../load-tests/compare/race.ts';
import { workload } from '../../load-tests/compare/workloads.ts';
import { dataFolder } from '../../testkit/local/data-folder.ts';
import { startPostgres, type LocalPostgres } from '../../testkit/local/postgres.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';

describe('pg-boss in a race', () => {
  const folder = dataFolder('lockstep-pg-boss');
  let servers: Servers;
  let postgres: LocalPostgres;
  beforeAll(async () => {
    [servers, postgres] = await Promise.all([startServers(), startPostgres(folder, 'a password')]);
  });
  afterAll(async () => {
    await Promise.all([servers?.close(), postgres?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('applies everything once, in the sequence of arrival', async () => {
    const sales = workload('spread', 100, 1);
    const outcome = await race(PG_BOSS, { ...servers, postgresUrl: postgres.url }, sales, 1);
    expect(outcome).toMatchObject({ lost: 0, twice: 0, refused: 0, bytesPerWaiting: null });
    expect(sales.sale.figures.duplicates).toBeGreaterThan(0);
    expect(outcome.eventsPerSecond).toBeGreaterThan(1);
    // A fifth of the webhooks arrives out of sequence, and pg-boss does not compare their times.
    expect(outcome.inversions).toBeGreaterThan(0);
  });
});
