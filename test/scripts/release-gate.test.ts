import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-changelog-'));
afterAll(() => rmSync(folder, { recursive: true }));

function gate(changelog: string): { status: number | null; stderr: string } {
  const file = path.join(folder, 'CHANGELOG.md');
  writeFileSync(file, changelog);
  return spawnSync(process.execPath, ['scripts/release-gate.ts', file], { encoding: 'utf8' });
}

describe('npm version', () => {
  test('may release notes of which none is pending, whatever older versions say', () => {
    const older = '## 0.1.0 (2026-11-01)\n\n- Pending: forgotten.\n';
    const { status, stderr } = gate(`# Changelog\n\n## 0.2.0 (unreleased)\n\n- A feature.\n\n${older}`);
    expect([status, stderr]).toEqual([0, '']);
  });

  test.each([
    ['a pending note', '## 0.2.0 (unreleased)\n\n- A feature.\n- Pending: measure it.\n', 'measure it'],
    ['no notes', '## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-11-01)\n\n- A feature.\n', 'has no notes'],
    ['no unreleased section', '## 0.1.0 (2026-11-01)\n\n- A feature.\n', 'is not marked "(unreleased)"'],
  ])('refuses %s', (_, changelog, why) => {
    const { status, stderr } = gate(`# Changelog\n\n${changelog}`);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
  });
});
