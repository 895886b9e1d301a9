import { describe, expect, test } from '@jest/globals';
import { axisOf } from '../../load-tests/report/axis.ts';
import { barChart } from '../../load-tests/report/bar-chart.ts';
import { lineChart, type Series } from '../../load-tests/report/line-chart.ts';

const ENDS = { from: 0, to: 100, ticks: 6, rounded: true } as const;

const chart = (...series: Series[]) => lineChart({ title: 'Waits', unit: 'ms', across: 'seconds', series });

/** What is drawn for each series. */
function pathsOf(svg: string): string[] {
  return [...svg.matchAll(/<path class="line[^>]* d="([^"]*)"/g)].map((match) => match[1] ?? '');
}

describe('axes', () => {
  test('ticks are round, from zero, and reach beyond the largest value', () => {
    const { ticks, place } = axisOf([3, 63_000], { ...ENDS, scale: 'linear' });
    expect(ticks).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
    expect([place(0), place(35_000), place(70_000)]).toEqual([0, 50, 100]);
  });

  test('an axis that is not rounded ends at its largest value', () => {
    expect(axisOf([0, 58], { ...ENDS, rounded: false, scale: 'linear' }).place(58)).toBe(100);
  });

  test.each([
    { values: [2, 45], log: false },
    { values: [2, 60], log: true },
    { values: [0, 0], log: false },
    { values: [], log: false },
  ])('auto chooses by the range of the values: $values', ({ values, log }) => {
    expect(axisOf(values, { ...ENDS, scale: 'auto' }).log).toBe(log);
  });

  test('ticks of a logarithmic axis are powers of ten, with 2 and 5 if there is room', () => {
    expect(axisOf([3, 812], { ...ENDS, scale: 'log' }).ticks).toEqual([1, 10, 100, 1000]);
    expect(axisOf([3, 80], { ...ENDS, ticks: 8, scale: 'log' }).ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(axisOf([0.03, 80], { ...ENDS, scale: 'log' }).ticks).toEqual([0.01, 0.1, 1, 10, 100]);
  });

  test('zero on a logarithmic axis is at its low end', () => {
    expect(axisOf([0, 1, 1000], { ...ENDS, scale: 'log' }).place(0)).toBe(0);
  });

  test.each([[[]], [[0]], [[7]]])('there are ticks for few values: %j', (values) => {
    for (const scale of ['linear', 'log'] as const) {
      const { ticks, place } = axisOf(values, { ...ENDS, scale });
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.map(place).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('lineChart', () => {
  const points = (...values: (number | null)[]) => values.map((value, i) => [i, value] as const);

  test('a line has a gap where nothing was measured', () => {
    const [whole = '', gap = ''] = pathsOf(
      chart({ name: 'whole', points: points(5, 5, 5, 5) }, { name: 'gap', points: points(5, null, 5, 5) }),
    );
    expect(whole.match(/M/g)).toHaveLength(1);
    expect(gap.match(/M/g)).toHaveLength(2);
    // All at the height of five: none at that of zero.
    const heights = new Set([...gap.matchAll(/,([\d.]+)/g)].map((match) => match[1]));
    expect([...heights]).toEqual([/,([\d.]+)/.exec(whole)?.[1]]);
  });

  test('unmeasured values are not shown as zero under the pointer', () => {
    const svg = chart({ name: 'p50', points: points(5, null) });
    expect(svg).toContain('<title>seconds 0: p50 5</title>');
    expect(svg).toContain('<title>seconds 1: p50 –</title>');
  });

  test('a point between gaps is drawn', () => {
    expect(pathsOf(chart({ name: 'p50', points: points(null, 5, null) }))[0]).toMatch(/^M[\d.]+,[\d.]+Z$/);
  });

  test('without points it says so', () => {
    const svg = chart({ name: 'p50', points: [] });
    expect(svg).toContain('nothing was measured');
    expect(svg).toContain('p50 was not measured');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('lines differ by more than colour, and their names do not overlap', () => {
    const names = ['sent', 'acked', 'applied', 'waiting'];
    const svg = chart(...names.map((name) => ({ name, points: points(0, 63_000) })));
    for (const i of names.keys()) expect(svg).toContain(`<path class="line s${i}"`);
    expect(new Set(svg.match(/stroke-dasharray:[\d ]+/g)).size).toBe(3);
    const heights = names.map((name) => Number(new RegExp(`y="([\\d.]+)">${name}<`).exec(svg)?.[1]));
    const gaps = heights
      .toSorted((a, b) => a - b)
      .flatMap((height, i, all) => (i > 0 ? [height - (all[i - 1] ?? 0)] : []));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(12);
  });

  test('says if a scale is logarithmic', () => {
    const given = {
      title: 'Cost',
      unit: 'ms',
      across: 'waiting',
      series: [
        {
          name: 'a',
          points: [
            [1, 1],
            [1000, 90],
          ] as const,
        },
      ],
    };
    expect(lineChart({ ...given, scale: 'auto', acrossScale: 'log' })).toMatch(
      /ms \(log scale\)[^]*waiting \(log scale\)/,
    );
    expect(lineChart(given)).not.toContain('log scale');
  });

  test('a thousand seconds are one line, and fewer places to point at', () => {
    const svg = chart({ name: 'p50', points: points(...Array.from({ length: 1000 }, (_, i) => i)) });
    expect(pathsOf(svg)[0]?.match(/L/g)).toHaveLength(999);
    expect(svg.match(/class="hover"/g)?.length).toBeLessThanOrEqual(120);
  });
});

describe('barChart', () => {
  const widths = (svg: string) =>
    [...svg.matchAll(/<rect class="f\d" [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
  const draw = (bars: Parameters<typeof barChart>[0]['bars'], width = 720) =>
    barChart({ title: 'Applied', unit: 'events/s', bars, width });

  test('bars are as long as their values, and show them', () => {
    const svg = draw([
      { label: 'a', value: 1000 },
      { label: 'b', value: 500, note: 'half' },
      { label: 'c', value: 0 },
    ]);
    const [a = 0, b = 0, c] = widths(svg);
    expect(a / b).toBeCloseTo(2, 1);
    expect(c).toBe(0);
    expect(svg).toContain('>1,000 <');
    expect(svg).toContain('>half<');
  });

  test('one of many is visible', () => {
    const svg = draw([
      { label: 'most', value: 60_000 },
      { label: 'one', value: 1 },
    ]);
    expect(widths(svg)[1]).toBe(1);
  });

  test('a missing value is neither a bar nor zero: the note says why', () => {
    const svg = draw([{ label: 'a', value: null, note: 'did not finish' }]);
    expect(widths(svg)).toEqual([0]);
    expect(svg).toContain('<title>a: did not finish</title>');
    expect(svg).toMatch(/> <tspan class="quiet">did not finish</);
  });

  test('a group has its name once, and the same label has the same colour in each', () => {
    const svg = draw(
      ['one order', 'many orders'].flatMap((group) =>
        ['ours', 'theirs'].map((label) => ({ group, label, value: 5 })),
      ),
    );
    expect(svg.match(/>one order</g)).toHaveLength(1);
    expect(svg.match(/<rect class="f\d/g)).toEqual(['f0', 'f1', 'f0', 'f1'].map((f) => `<rect class="${f}`));
  });

  test('long labels are above their bars instead of leaving them no room', () => {
    const [bar = 0] = widths(
      draw([{ label: 'a label that is far too long to stand beside', value: 5 }], 360),
    );
    expect(bar).toBeGreaterThan(250);
  });

  test('is standalone: a name space, an escaped title, colours for light and dark, no URL', () => {
    const svg = barChart({ title: 'a < b & "c"', unit: 'x', bars: [] });
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('aria-label="a &lt; b &amp; &quot;c&quot;: x. "');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|href|<script/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
