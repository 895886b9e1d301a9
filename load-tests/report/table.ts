import {
  answerFigures,
  keyFigures,
  latencyFigures,
  machineFigures,
  planFigures,
  timesFigures,
  type Figure,
} from './figures.ts';
import type { LoadTestRun } from './run.ts';

/** What the terminal shows at the end of a load test. The last line is the verdict. */
export function reportTable(run: LoadTestRun): string {
  const times = Object.entries(run.times).map(([name, each]) => [name, ...timesFigures(each)]);
  const sections = [
    ['The plan', columns(planFigures(run.plan))],
    ['The machine', columns(machineFigures(run.machine))],
    ['Figures', columns(keyFigures(run))],
    [
      `Acknowledged within (${run.ack.corrected ? 'corrected for coordinated omission' : 'not corrected for coordinated omission'})`,
      columns(transposed(latencyFigures(run.ack)), 'right'),
    ],
    ['Workers', columns([['', 'count', 'mean', 'p50', 'p99'], ...times], 'right')],
    ['Answers', columns(answerFigures(run.answers), 'right')],
    ['Promises', columns(promiseRows(run))],
  ] as const;
  const text = sections.map(([name, lines]) => `${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  return `${text.join('\n')}\n${oneLine(run.verdict.sentence)}`;
}

function promiseRows({ promises }: LoadTestRun): string[][] {
  return promises.map(({ id, claim, kept, figures }) => [id, kept ? 'kept' : 'BROKEN', claim, figures]);
}

function transposed(figures: readonly Figure[]): string[][] {
  return [figures.map(([name]) => name), figures.map(([, value]) => value)];
}

/** Columns are as wide as their widest cell; the first is a name, and left-aligned. */
function columns(rows: readonly (readonly string[])[], align: 'left' | 'right' = 'left'): string[] {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = (clean[0] ?? []).map((_, i) => Math.max(...clean.map((row) => row[i]?.length ?? 0)));
  const padded = (cell: string, i: number) =>
    align === 'right' && i > 0 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return clean.map((row) => row.map(padded).join('  ').trimEnd());
}

/** Text from elsewhere must neither break a line nor control the terminal. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
