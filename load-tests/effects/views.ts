import type { LocalMachine } from '../../testkit/local/machine.ts';
import { median } from '../compare/comparison.ts';
import { markdownTable } from '../report/markdown.ts';
import type { Applying } from './applying.ts';
import type { Rate, Urgent } from './limits.ts';
import type { Speed } from './speed.ts';

/** A run. */
export interface Effects {
  startedAt: string;
  machine: LocalMachine;
  speeds: Speed[];
  rate: Rate;
  urgent: Urgent;
  applying: Applying[];
}

export function effectsTable({ speeds, rate, urgent, applying }: Effects): string {
  const rows = [
    ...speeds.map(({ name, perSecond, loopPerSecond }) => [
      name,
      `${perSecond.toFixed(0)}/s`,
      `${(perSecond / loopPerSecond).toFixed(2)} of a bare loop's ${loopPerSecond.toFixed(0)}/s`,
    ]),
    [
      `rate of ${rate.asked}/s over three publishers`,
      `${rate.perSecond.toFixed(2)}/s`,
      `${((Math.abs(rate.perSecond - rate.asked) / rate.asked) * 100).toFixed(2)} % off`,
    ],
    [
      'its backlog: told when it will be gone',
      rate.toldMs === null ? 'unknown' : `${(rate.toldMs / 1000).toFixed(1)} s`,
      `it took ${(rate.tookMs / 1000).toFixed(1)} s`,
    ],
    [
      `urgent effect while ${urgent.waiting.toLocaleString('en-US')} wait: commit to answer`,
      `${median(urgent.ms).toFixed(0)} ms`,
      `slowest of ${urgent.ms.length}: ${Math.max(...urgent.ms)} ms`,
    ],
    ...applying.map((each) => [
      `applying, 99th percentile: ${each.name}`,
      `${median(each.with).toFixed(0)} ms, without ${median(each.without).toFixed(0)} ms`,
      `${ratioOf(each).toFixed(2)} times`,
    ]),
  ];
  return markdownTable(['what', 'measured', 'compared'], rows);
}

function ratioOf({ without, with: beside }: Applying): number {
  return median(beside) / median(without);
}
