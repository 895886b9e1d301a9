import { barChart } from '../report/bar-chart.ts';
import { markdownTable } from '../report/markdown.ts';
import { CLAIMS, type Growth } from './cases.ts';
import type { Measured } from './measure.ts';

const whole = (number: number) => Math.round(number).toLocaleString('en-US');

/** As Markdown, which is also readable in a terminal. */
export function growthTable(growth: Growth): string {
  const rows = growth.cases.map((each) => [
    each.name,
    ...[each.events, each.depositMicros, each.applyMicros, 1e6 / each.applyMicros, each.redisBytes].map(
      whole,
    ),
  ]);
  const head = [
    'backlog',
    'events',
    'µs to accept',
    'µs to apply',
    'events/s applied',
    'Redis bytes per event',
  ];
  return [markdownTable(head, rows), '', ...claimLines(growth)].join('\n');
}

function claimRatio(growth: Growth, { of, against }: { of: string; against: string }): number {
  return costOf(growth, of) / costOf(growth, against);
}

function claimLines(growth: Growth): string[] {
  return CLAIMS.map((claim) => {
    const ratio = claimRatio(growth, claim);
    return `- ${claim.claim}: ${ratio.toFixed(2)} times (target: at most ${claim.atMost}): ${ratio <= claim.atMost ? 'met' : '**not met**'}`;
  });
}

function costOf({ cases }: Growth, name: string): number {
  const found: Measured | undefined = cases.find((each) => each.name === name);
  if (!found) throw new Error(`${name} was not measured`);
  return found.applyMicros;
}

export function growthChart({ cases }: Growth): string {
  return barChart({
    title: 'Cost of applying one event',
    unit: 'microseconds: worker, Redis and MongoDB together; medians; less is better',
    bars: cases.map(({ name, applyMicros }) => ({ label: name, value: Math.round(applyMicros) })),
  });
}
