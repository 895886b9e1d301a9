import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalFile } from '../../testkit/local/state.ts';
import { http } from '../support/http.ts';
import { ProjectCopy } from '../support/project-copy.ts';
import { until } from '../support/until.ts';

const ORDER = 'example.myshopify.com/5820001001000';

async function statusOf(local: LocalFile): Promise<number> {
  const headers = { authorization: `Bearer ${local.adminToken}` };
  return (await http(`${local.dashboardUrl}/api/orders/${ORDER}`, { headers })).status;
}

async function isServed(url: string): Promise<boolean> {
  return await http(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}

describe('npm start', () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = new ProjectCopy();
  });
  afterAll(() => copy.remove());

  test('P2: accepts an order, says so, and still has it after Ctrl-C and another start', async () => {
    const first = await copy.start();
    expect(statSync(copy.localFile).mode & 0o777).toBe(0o600);
    // Even if it existed before and everyone could read it.
    expect(statSync(path.dirname(copy.localFile)).mode & 0o777).toBe(0o700);
    await until(() => first.output().includes('npm run send -- lifecycle'), 10_000, 'the announcement');
    const sent = copy.run('scripts/send.ts', 'lifecycle');
    expect(await sent.ended).toBe(0);
    expect(sent.output().match(/^200 {2}accepted/gm)).toHaveLength(13);
    await until(async () => (await statusOf(first.local)) === 200);

    const twin = copy.run('scripts/start.ts');
    expect(await twin.ended).toBe(1);
    expect(twin.output()).toContain('is already running here');
    // It started nothing, so it stops nothing.
    expect(twin.output()).not.toMatch(/stopp/);

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(existsSync(copy.localFile)).toBe(false);
    expect(await isServed(first.local.ingestUrl)).toBe(false);

    const second = await copy.start();
    expect(await statusOf(second.local)).toBe(200);
    const again = copy.run('scripts/send.ts', 'lifecycle');
    expect(await again.ended).toBe(0);
    expect(again.output().match(/^200 {2}duplicate/gm)).toHaveLength(13);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 120_000);

  test('killed outright, it leaves no server behind and starts again', async () => {
    const first = await copy.start();
    first.child.kill('SIGKILL');
    await until(async () => !(await isServed(first.local.ingestUrl)), 30_000, 'ingest to end');
    await until(async () => !(await isServed(first.local.dashboardUrl)), 30_000, 'the dashboard to end');
    const second = await copy.start();
    expect(await statusOf(second.local)).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 120_000);
});
