import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { dollarsPerMillion } from '../../load-tests/compare/costs.ts';
import { cpuTimes, cpuTimesIn, parseStat } from '../../load-tests/compare/cpu-time.ts';

const testOnLinux = existsSync('/proc/self/stat') ? test : test.skip;

describe('CPU time', () => {
  test('is user and system time, also of children that have ended, in hundredths of a second', () => {
    const stat = '4711 (node) S 42 4711 4711 0 -1 4194304 9 9 9 9 150 50 30 20 20 0 11 0 123 456 789';
    expect(parseStat(stat)).toEqual({ pid: 4711, parent: 42, seconds: 2.5 });
  });

  test('a name with spaces and parentheses changes nothing', () => {
    const stat = '7 (a (b) S 99 c) R 1 7 7 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 5';
    expect(parseStat(stat)).toEqual({ pid: 7, parent: 1, seconds: 0.1 });
  });

  test('is divided between the programs and everything else that we started, without ourselves', () => {
    const processes = [
      { pid: 1, parent: 0, seconds: 1000 },
      { pid: 10, parent: 1, seconds: 100 },
      { pid: 20, parent: 10, seconds: 1 },
      { pid: 21, parent: 20, seconds: 2 },
      { pid: 30, parent: 10, seconds: 4 },
      { pid: 31, parent: 30, seconds: 8 },
      { pid: 40, parent: 10, seconds: 16 },
      { pid: 50, parent: 1, seconds: 500 },
    ];
    expect(cpuTimesIn(processes, 10, [30, 40])).toEqual({ own: 28, servers: 3 });
    expect(cpuTimesIn(processes, 10, [])).toEqual({ own: 0, servers: 31 });
  });

  testOnLinux('of this process is read, and grows while it works', () => {
    expect(parseStat(readFileSync('/proc/self/stat', 'utf8'))).toMatchObject({
      pid: process.pid,
      parent: process.ppid,
    });
    const before = cpuTimes([process.pid])?.own ?? Infinity;
    let now = before;
    for (let turns = 0; now <= before && turns < 10_000; turns += 1) now = cpuTimes([process.pid])?.own ?? 0;
    expect(now).toBeGreaterThan(before);
  });
});

describe('the price of a million events', () => {
  test('is that of as many CPU seconds as one takes microseconds', () => {
    // Two CPU hours, on a machine with two CPUs: an hour of it.
    expect(dollarsPerMillion({ ownCpuMicros: 5200, serverCpuMicros: 2000 })).toBeCloseTo(0.0816, 10);
  });

  test.each([
    [null, 1],
    [1, null],
  ])('is unknown if %j or %j was not measured', (ownCpuMicros, serverCpuMicros) => {
    expect(dollarsPerMillion({ ownCpuMicros, serverCpuMicros })).toBeNull();
  });
});
