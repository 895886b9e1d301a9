import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../scripts/deliveries/life.ts';
import { randomFrom } from '../../scripts/deliveries/random.ts';
import { Stack } from '../support/stack.ts';

const PROJECT = path.resolve(import.meta.dirname, '..', '..');
// Inside the project, so that the programs find its packages as they would beside dist/.
const BUILT = path.join(PROJECT, 'node_modules', '.cache', 'lockstep-dist');

describe('the built programs', () => {
  let stack: Stack;
  beforeAll(async () => {
    const tsc = path.join(PROJECT, 'node_modules', '.bin', 'tsc');
    execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', BUILT], { cwd: PROJECT });
    stack = await Stack.start({ folder: BUILT, env: { NODE_ENV: 'production' } });
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(BUILT, { recursive: true, force: true });
  });

  test('take, apply and show an order as the image runs them', async () => {
    const life = lifeOf(
      randomFrom(3),
      'built.myshopify.com',
      1001,
      new Date('2026-11-20T10:00:00Z'),
      'cancelled',
    );
    for (const delivery of life) expect((await stack.send(delivery)).status).toBe(200);
    await stack.drained();
    expect(await stack.order('built.myshopify.com/5820001001000')).toMatchObject({ status: 'cancelled' });
  });
});
