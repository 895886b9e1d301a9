import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis } from '../../testkit/local/redis.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const ORDERS = times(60, 200);
const ROOM_BYTES = 256 * 1024;

/**
 * T15: Redis has no room for its AOF. With appendfsync always it ends rather than acknowledge what it cannot
 * keep.
 */
describe(`P2: a full disk under Redis (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  const scripts = mkdtempSync(path.join(tmpdir(), 'lockstep-no-room-'));
  afterAll(async () => {
    rmSync(scripts, { recursive: true });
    await rig.close();
  });

  const alive = (pid: number) => {
    try {
      return !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };

  /** A redis-server that may only write files up to this size: a larger write fails, as on a full disk. */
  function redisWithoutRoom(bytes: number): string {
    const found = execFileSync('sh', ['-c', 'command -v redis-server || command -v valkey-server'], {
      encoding: 'utf8',
    });
    // Not in the rig's folder: files in memory may not be executable.
    const file = path.join(scripts, 'redis-server');
    writeFileSync(file, `#!/bin/bash\ntrap '' XFSZ\nulimit -f ${bytes / 1024}\nexec ${found.trim()} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  test('T15: earlier events are there, events that arrived meanwhile were spooled, and all are applied', async () => {
    const { port } = rig.redis;
    await rig.redis.stop();
    rig.redis = await startRedis(`${rig.folder}/redis`, port, redisWithoutRoom(ROOM_BYTES));
    await until(
      async () => (await rig.send(livesOf(rig.random, 'first.myshopify.com', 1).flat()[0]!))?.status === 200,
    );

    await rig.deliverAll(rig.random.shuffled(livesOf(rig.random, 'full.myshopify.com', ORDERS).flat()));
    await until(() => !alive(rig.redis.pid), 20_000, 'Redis to find the disk full');
    await rig.deliverAll(livesOf(rig.random, 'meanwhile.myshopify.com', 5).flat());
    const spooled = await rig.metric(rig.ingests[0]!, 'lockstep_spooled_total');
    expect(spooled).toBeGreaterThan(0);

    rig.redis = await startRedis(`${rig.folder}/redis`, port);
    const healSeconds = await rig.settled();
    const row = { fault: 'T15 disk full under Redis', runs: 1, reached: spooled > 0 ? 1 : 0, healSeconds };
    expectNothingBroken(row, await rig.audit());
  }, 120_000);
});
