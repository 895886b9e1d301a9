import { barChart } from '../report/bar-chart.ts';
import { markdownTable } from '../report/markdown.ts';
import type { Lookups } from './figures.ts';

/** The longest acceptable answer, in milliseconds. */
const TARGET_MS = 200;

/** As Markdown, which is also readable in a terminal. */
export function lookupsTable({ asked, amounts }: Lookups): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const rows = asked.map(({ name, medianMs, slowestMs }) => [
    name,
    medianMs.toFixed(1),
    slowestMs.toFixed(1),
  ]);
  const late = asked.filter(({ slowestMs }) => slowestMs > TARGET_MS).map(({ name }) => name);
  return [
    markdownTable(['question', 'median ms', 'slowest ms'], rows),
    '',
    `- ${number(amounts.orders)} orders, ${number(amounts.events)} events, ${number(amounts.parked)} parked, ${number(amounts.waiting)} orders with waiting events`,
    `- target: under ${TARGET_MS} ms each: ${late.length === 0 ? 'met' : `**not met** by ${late.join(', ')}`}`,
  ].join('\n');
}

export function lookupsChart({ asked }: Lookups): string {
  return barChart({
    title: 'What an operator waits for an answer',
    unit: 'milliseconds, medians',
    bars: asked.map(({ name, medianMs }) => ({ label: name, value: Math.round(medianMs * 10) / 10 })),
  });
}
