import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { dataFolder } from '../../testkit/local/data-folder.ts';

const MEMORY = '/dev/shm';
const onLinux = existsSync(MEMORY) ? test : test.skip;
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const folderOf = (pid: number) => {
  const folder = `${MEMORY}/lockstep-data-${pid}-abc123`;
  mkdirSync(folder);
  made.push(folder);
  return folder;
};

onLinux(
  'the data of test servers gets a new folder, and what a dead process left in memory is removed',
  () => {
    const dead = spawnSync('true').pid;
    const [abandoned, used] = [folderOf(dead), folderOf(process.ppid)];
    const [one, other] = [dataFolder('lockstep-data'), dataFolder('lockstep-data')];
    made.push(one, other);
    expect([one, other, used, abandoned].map((folder) => existsSync(folder))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(one).not.toBe(other);
  },
);
