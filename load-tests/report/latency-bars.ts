import type { Bar } from './bar-chart.ts';
import { shareText, tickText } from './numbers.ts';
import type { Latencies } from './run.ts';

/** The histogram's bars, from the first to the last that is not empty. */
export function latencyBars({ bars }: Latencies): Bar[] {
  const sum = bars.reduce((total, { count }) => total + count, 0);
  const labelled = bars.map(({ upToMs, count }, i) => ({
    label: labelOf(bars[i - 1]?.upToMs, i === bars.length - 1 ? null : upToMs),
    value: count,
    note: shareText(count, sum),
  }));
  const first = labelled.findIndex(({ value }) => value > 0);
  const last = labelled.findLastIndex(({ value }) => value > 0);
  return first < 0 ? [] : labelled.slice(first, last + 1);
}

/** The last bar has no upper end: it contains the rest. */
function labelOf(aboveMs: number | undefined, upToMs: number | null): string {
  if (upToMs === null) return aboveMs === undefined ? 'all' : `> ${tickText(aboveMs)} ms`;
  return `≤ ${tickText(upToMs)} ms`;
}
