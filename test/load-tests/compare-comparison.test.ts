import { describe, expect, test } from '@jest/globals';
import { claimsOf, isMet, median, rowOf, type Claim, type Row } from '../../load-tests/compare/comparison.ts';
import { CONTENDERS, LOCKSTEP } from '../../load-tests/compare/contenders.ts';
import { CONTENDER_NAMES, ORDERED_RIVALS } from '../../load-tests/compare/names.ts';
import {
  bodiesTable,
  claimsTable,
  comparisonChart,
  comparisonTable,
  madeOn,
} from '../../load-tests/compare/views.ts';
import { WORKLOADS, type WorkloadName } from '../../load-tests/compare/workloads.ts';
import { comparison, killRow, NAMED, RACE, rowsOf } from './a-comparison.ts';

/** One row with other figures. */
function changed(
  [contender, workload, workers]: [string, WorkloadName, number],
  figures: Partial<Row>,
  rows = rowsOf(),
): Row[] {
  return rows.map((row) =>
    row.contender === contender && row.workload === workload && row.workers === workers
      ? { ...row, ...figures }
      : row,
  );
}

describe('races of one contender', () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[9, 1, 5, 3], 4],
    [[10, 9, 100], 10],
  ])('the median of %j is %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected);
  });

  test('are one row: rates as medians, what must be zero as sums', () => {
    const races = [
      {
        ...RACE,
        acksPerSecond: 1,
        ackP99Ms: 30,
        eventsPerSecond: 500,
        bytesPerWaiting: 7,
        mongoFlushes: 0.1,
        lost: 1,
        wrong: 2,
      },
      { ...RACE, acksPerSecond: 3, ackP99Ms: 10, eventsPerSecond: 700, bytesPerWaiting: 9, twice: 4 },
      { ...RACE, acksPerSecond: 9, ackP99Ms: 20, eventsPerSecond: 600, bytesPerWaiting: 8, inversions: 5 },
    ];
    expect(rowOf(NAMED, races)).toEqual({
      ...NAMED,
      acksPerSecond: 3,
      ackP99Ms: 20,
      eventsPerSecond: 600,
      bytesPerWaiting: 8,
      lost: 1,
      twice: 4,
      inversions: 5,
      wrong: 2,
      refused: 0,
      ownCpuMicros: 900,
      serverCpuMicros: 700,
      mongoFlushes: 0.5,
    });
  });

  test('unmeasured values are null, not zero', () => {
    const races = [{ ...RACE, eventsPerSecond: null, bytesPerWaiting: null, refused: 3 }];
    expect(rowOf(NAMED, races)).toMatchObject({ eventsPerSecond: null, bytesPerWaiting: null, refused: 3 });
  });
});

test('the contenders have the names under which documents show them', () => {
  expect(CONTENDERS.map(({ name }) => name)).toEqual(CONTENDER_NAMES);
});

describe('the claims', () => {
  const OURS = LOCKSTEP.name;
  const [THROW = '', DELAY = ''] = CONTENDERS.map(({ name }) => name).filter((name) =>
    name.startsWith('lock;'),
  );
  const ratioOf = (claims: readonly Claim[], part: string) =>
    claims.filter(({ claim }) => claim.includes(part)).map(({ ratio }) => ratio);

  test('are ratios within one run', () => {
    let rows = changed([OURS, 'spread', 1], {
      acksPerSecond: 3000,
      eventsPerSecond: 2000,
      bytesPerWaiting: 1000,
    });
    rows = changed([OURS, 'spread', 2], { eventsPerSecond: 3000 }, rows);
    rows = changed([OURS, 'hot', 1], { eventsPerSecond: 6000 }, rows);
    rows = changed([THROW, 'spread', 1], { eventsPerSecond: 200 }, rows);
    rows = changed([THROW, 'hot', 1], { eventsPerSecond: 20 }, rows);
    rows = changed([DELAY, 'spread', 1], { eventsPerSecond: 500 }, rows);
    rows = changed([DELAY, 'hot', 1], { eventsPerSecond: 600 }, rows);
    for (const name of ORDERED_RIVALS) rows = changed([name, 'spread', 1], { eventsPerSecond: 100 }, rows);
    rows = changed(['groupmq', 'spread', 1], { eventsPerSecond: 500 }, rows);
    const claims = claimsOf(comparison({ rows }), OURS);
    expect(ratioOf(claims, 'bare Express')).toEqual([0.75]);
    expect(ratioOf(claims, `"${THROW}"`)).toEqual([10, 300]);
    expect(ratioOf(claims, `"${DELAY}"`)).toEqual([4, 10]);
    expect(ratioOf(claims, 'a sequence per order')).toEqual([4]);
    expect(ratioOf(claims, 'bulk writes')).toEqual([0.8]);
    expect(ratioOf(claims, 'two workers against')).toEqual([1.5]);
    expect(ratioOf(claims, 'Redis bytes')).toEqual([0.2]);
    expect(ratioOf(claims, 'standstill')).toEqual([2.5]);
    expect(claims).toHaveLength(10);
    expect(claims.filter((claim) => !isMet(claim)).map(({ claim }) => claim)).toEqual([
      `events/s against "${DELAY}", spread`,
      `events/s against "${DELAY}", hot`,
    ]);
  });

  test.each(ORDERED_RIVALS)('%s counts as a queue with a sequence per order', (name) => {
    let rows = changed([OURS, 'spread', 1], { eventsPerSecond: 20_000 });
    rows = changed([name, 'spread', 1], { eventsPerSecond: 8000 }, rows);
    rows = changed([name, 'spread', 2], { eventsPerSecond: 9000 }, rows);
    rows = changed([DELAY, 'spread', 1], { eventsPerSecond: 10_000 }, rows);
    expect(ratioOf(claimsOf(comparison({ rows }), OURS), 'a sequence per order')).toEqual([2.5]);
  });

  test('every queue of the comparison but those with a lock promises a sequence per order', () => {
    const others = CONTENDER_NAMES.filter((name) => !ORDERED_RIVALS.includes(name));
    expect(others).toEqual(['no queue, no lock', THROW, DELAY, OURS]);
  });

  test.each<[Claim, boolean]>([
    [{ claim: 'at least', ratio: 0.6, bound: 0.6 }, true],
    [{ claim: 'at least', ratio: 0.59, bound: 0.6 }, false],
    [{ claim: 'at most', ratio: 0.5, bound: 0.5, below: true }, true],
    [{ claim: 'at most', ratio: 0.51, bound: 0.5, below: true }, false],
    [{ claim: 'of nothing', ratio: NaN, bound: 0.5 }, false],
    [{ claim: 'of nothing', ratio: NaN, bound: 0.5, below: true }, false],
  ])('%j is met: %j', (claim, met) => {
    expect(isMet(claim)).toBe(met);
  });

  test('a Redis that was not measured does not count as small', () => {
    const rows = changed([OURS, 'spread', 1], { bytesPerWaiting: null });
    const claim = claimsOf(comparison({ rows }), OURS).find((each) => each.claim.includes('Redis bytes'));
    expect(claim && isMet(claim)).toBe(false);
  });

  test.each([
    [2.9, true],
    [3.1, false],
    [null, false],
  ])('a standstill of %j s is short enough: %j', (standstillSeconds, met) => {
    const kills = [killRow(OURS, { standstillSeconds }), killRow('another', { standstillSeconds: 0 })];
    const found = claimsOf(comparison({ kills }), OURS).filter(({ claim }) => claim.includes('standstill'));
    expect(found.map(isMet)).toEqual([met]);
  });

  test('a missing row gives no ratio', () => {
    const rows = rowsOf().filter(({ contender, workers }) => contender !== OURS || workers !== 2);
    expect(() => claimsOf(comparison({ rows }), OURS)).toThrow(`no row of ${OURS}, spread, 2`);
    expect(() => claimsOf(comparison({ rows: [] }), OURS)).toThrow(`no row of ${OURS}, spread, 1`);
  });
});

describe('output', () => {
  const cellsOf = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());

  test('the table has every row with its own figures', () => {
    const [head = '', rule, ...lines] = comparisonTable(comparison()).split('\n');
    expect(rule).toMatch(/^\| -+ \|( -+: \|)+$/);
    expect(lines.map(cellsOf)).toEqual(
      rowsOf().map((row) => [
        row.contender,
        row.workload,
        String(row.workers),
        row.acksPerSecond.toLocaleString('en-US'),
        String(row.ackP99Ms),
        row.eventsPerSecond?.toLocaleString('en-US'),
        ...[row.wrong, row.lost, row.twice, row.inversions].map(String),
        row.bytesPerWaiting?.toLocaleString('en-US') ?? '–',
      ]),
    );
    expect(cellsOf(head)).toHaveLength(11);
    expect(new Set([head, rule, ...lines].map((line) => line?.length)).size).toBe(1);
  });

  test('the bodies have a row for each setting, with its ceiling', () => {
    expect(bodiesTable(comparison()).split('\n').slice(2).map(cellsOf)).toEqual([
      ['`full`', '9,000', '1,000', '2,500', '0.40'],
      ['`none`', '2,000', '1,500', '5,000', '0.30'],
    ]);
  });

  test('the claims show their targets, and which are not met', () => {
    const rows = changed([LOCKSTEP.name, 'spread', 1], { bytesPerWaiting: 4000 });
    const lines = claimsTable(comparison({ rows })).split('\n').slice(2).map(cellsOf);
    const claims = claimsOf(comparison({ rows }), LOCKSTEP.name);
    expect(lines.map(([claim]) => claim)).toEqual(claims.map(({ claim }) => claim));
    expect(lines.map(([, , , met]) => met)).toEqual(claims.map((claim) => (isMet(claim) ? 'yes' : '**no**')));
    expect(lines.at(-2)).toEqual([claims.at(-2)?.claim, '0.80', 'at most 0.4', '**no**']);
    expect(lines.at(-1)).toEqual([claims.at(-1)?.claim, '2.50', 'at most 3', 'yes']);
  });

  test('the chart has every contender in every workload, and the ceiling once', () => {
    const svg = comparisonChart(comparison()).replaceAll('&#39;', "'");
    for (const { contender, workload, workers, wrong } of rowsOf()) {
      const label = `${contender}${workers > 1 ? `, ${workers} workers` : ''}`;
      expect(svg).toContain(`${WORKLOADS[workload]}, ${label}: `);
      expect(svg).toContain(`${wrong} orders wrong`);
    }
    const titles = svg.match(/<title>[^<]*<\/title>/g) ?? [];
    expect(titles.filter((title) => title.includes("MongoDB's own bulk writes: 2,500"))).toHaveLength(1);
    expect(svg.indexOf('bulk writes: 2,500')).toBeLessThan(svg.indexOf(`${WORKLOADS.hot}, `));
  });

  test('no note says that a correct order is wrong', () => {
    const rows = rowsOf().map((row) => ({ ...row, wrong: 0 }));
    expect(comparisonChart(comparison({ rows }))).not.toContain('wrong');
  });

  test('it says how it was made', () => {
    const text = madeOn(comparison());
    for (const part of ['2026-11-27', '12 minutes', 'medians of 3', '2 cores (A processor)', '16 GiB'])
      expect(text).toContain(part);
    for (const part of ['Node 24.21.0', 'Redis 8.4.0', 'Lockstep 5c1be94']) expect(text).toContain(part);
  });
});
