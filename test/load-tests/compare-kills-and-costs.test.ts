import { describe, expect, test } from '@jest/globals';
import { killRowOf } from '../../load-tests/compare/comparison.ts';
import { CONTENDERS } from '../../load-tests/compare/contenders.ts';
import { SERVICES } from '../../load-tests/compare/prices.ts';
import { costsTable, killsTable, machinePrice, servicesTable } from '../../load-tests/compare/views.ts';
import { comparison, KILL, killRow, rowsOf } from './a-comparison.ts';

describe('races with a kill', () => {
  test('are one row: times as medians, what must be zero as sums', () => {
    const races = [
      { ...KILL, standstillSeconds: 30, finishedSeconds: 40, twice: 3, wrong: 1 },
      { ...KILL, standstillSeconds: 60, finishedSeconds: 70, twice: 4, inversions: 2, ordersLeft: 480 },
      { ...KILL, standstillSeconds: 31, finishedSeconds: 42, lost: 5, ordersLeft: 490 },
    ];
    expect(killRowOf('a contender', races)).toEqual({
      contender: 'a contender',
      races: 3,
      lost: 5,
      twice: 7,
      inversions: 2,
      wrong: 1,
      stuck: 0,
      ordersLeft: 490,
      standstillSeconds: 31,
      finishedSeconds: 42,
    });
  });

  test('never is longer than any time', () => {
    const stuck = { ...KILL, standstillSeconds: null, finishedSeconds: null, stuck: 7 };
    const nulls = { standstillSeconds: null, finishedSeconds: null };
    expect(killRowOf('it', [KILL, stuck, stuck])).toMatchObject({ ...nulls, stuck: 14 });
    expect(killRowOf('it', [KILL, stuck])).toMatchObject({ ...nulls, stuck: 7 });
    expect(killRowOf('it', [KILL, stuck, KILL])).toMatchObject({ standstillSeconds: 2.5, stuck: 7 });
  });
});

describe('the tables of kills and costs', () => {
  const cellsOf = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());

  test('the kills have a row for each contender; what never ends is not a dash', () => {
    const kills = [
      killRow('one', { twice: 1234, standstillSeconds: 34.156 }),
      killRow('other', { standstillSeconds: null, finishedSeconds: null, stuck: 533, wrong: 198 }),
    ];
    expect(killsTable(comparison({ kills })).split('\n').slice(2).map(cellsOf)).toEqual([
      ['one', '34.2', '4.0', '0', '0', '1,234', '0', '0', '2'],
      ['other', 'never', 'never', '533', '0', '0', '0', '198', '2'],
    ]);
  });

  test('the costs are those of many orders with one worker, or none', () => {
    const [head = '', , ...lines] = costsTable(comparison()).split('\n');
    const shown = rowsOf().filter(({ workload, workers }) => workload === 'spread' && workers < 2);
    expect(lines.map(cellsOf).map(([name, own, servers]) => [name, own, servers])).toEqual(
      shown.map((row) => [row.contender, String(row.ownCpuMicros), String(row.serverCpuMicros)]),
    );
    // 1,502 s of a million events, at $0.0408 an hour.
    expect(cellsOf(lines[0] ?? '')).toEqual([CONTENDERS[0]?.name, '701', '801', '0.50', '–', '0.02']);
    expect(cellsOf(head)).toHaveLength(6);
  });

  test('costs that were not measured are dashes', () => {
    const rows = rowsOf().map((row) => ({ ...row, ownCpuMicros: null, mongoFlushes: null }));
    const [first = ''] = costsTable(comparison({ rows })).split('\n').slice(2);
    expect(cellsOf(first).slice(1)).toEqual(['–', '801', '–', '–', '–']);
  });

  test('every price has a source and a day', () => {
    const lines = servicesTable().split('\n').slice(2).map(cellsOf);
    expect(lines.map(([name]) => name)).toEqual(SERVICES.map(({ service }) => service));
    for (const [, price, dollars, day] of lines) {
      expect(price).toMatch(/^\[\$.+\]\(https:\/\/\S+\)$/);
      expect(dollars).toMatch(/^\d+\.\d\d( to \d+\.\d\d)?$/);
      expect(day).toMatch(/^2026-\d\d-\d\d$/);
    }
    expect(machinePrice()).toMatch(/^One vCPU-hour at \$0\.0408: .+\(https:.+\(2026-06-17\)$/);
  });
});
