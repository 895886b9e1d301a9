import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const read = (file: string) => readFileSync(file, 'utf8');
const json = (file: string) => JSON.parse(read(file)) as Record<string, Record<string, string>>;
const { dependencies = {} } = json('package.json');
const guide = read('CONTRIBUTING.md');

interface Workflow {
  jobs: Record<string, { steps: { uses?: string; run?: string }[] }>;
}

describe("the contributor's kit", () => {
  test('every file in CONTRIBUTING.md exists', () => {
    const named = [...guide.matchAll(/`((?:src|test|\.ci)\/[^`\s]*)`|\]\(([^)]+)\)/g)];
    const files = named.map(([, quoted, linked]) => quoted ?? linked ?? '');
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test('the workflow runs .ci/run and nothing else', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(runs).toEqual(['.ci/run']);
  });

  test('the pinned Node is one version: its package, .nvmrc, and the image', () => {
    const packages = (json('package-lock.json') as Record<string, unknown>).packages as Record<
      string,
      { version: string }
    >;
    const version = packages['node_modules/node']?.version;
    expect(read('.nvmrc').trim()).toBe(version);
    for (const [, image] of read('Dockerfile').matchAll(/^FROM node:([\d.]+)-/gm))
      expect(image).toBe(version);
  });

  test('redlock has an exact version: the value of a lock relies on its private `_random`', () => {
    expect(dependencies.redlock).toMatch(/^\d+\.\d+\.\d+$/);
    expect(read('src/lock/locks.ts')).toContain('_random()');
  });
});
