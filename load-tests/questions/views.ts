import type { LocalMachine } from '../../testkit/local/machine.ts';
import { markdownTable } from '../report/markdown.ts';
import type { Amounts } from './seed.ts';

/** How long a question took, and which indexes MongoDB chose. */
export interface AskedQuestion {
  title: string;
  medianMs: number;
  slowestMs: number;
  rows: number;
  indexes: string[];
}

/** A run. */
export interface QuestionsRun {
  startedAt: string;
  machine: LocalMachine;
  amounts: Amounts;
  mongodb: string;
  times: number;
  seedSeconds: number;
  meanDocumentBytes: number;
  /**
   * The load average of a minute, before the first question and after the last. If it is above the number of cores,
   * they were shared.
   */
  load: { before: number; after: number };
  asked: AskedQuestion[];
}

/** The longest acceptable answer, in milliseconds. */
const TARGET_MS = 200;

/** As Markdown, which is also readable in a terminal. */
export function questionsTable({ asked, amounts, times, meanDocumentBytes, load }: QuestionsRun): string {
  const rows = asked.map(({ title, medianMs, slowestMs, rows: found, indexes }) => [
    title,
    medianMs.toFixed(1),
    slowestMs.toFixed(1),
    String(found),
    indexes.map((keys) => `\`${keys}\``).join(', '),
  ]);
  const late = asked.filter(({ slowestMs }) => slowestMs > TARGET_MS).map(({ title }) => title);
  return [
    markdownTable(['question', 'median ms', 'slowest ms', 'rows', 'indexes used'], rows),
    '',
    `${amounts.orders.toLocaleString('en-US')} orders of ${amounts.shops} shops in twelve months, ${(meanDocumentBytes / 1000).toFixed(1)} kB each; each question ${times} times. Load average of the machine: ${load.before.toFixed(1)} before the questions, ${load.after.toFixed(1)} after them. Target: under ${TARGET_MS} ms each, the slowest time included: ${late.length === 0 ? 'met' : `**not met** by ${late.join(', ')}`}.`,
  ].join('\n');
}
