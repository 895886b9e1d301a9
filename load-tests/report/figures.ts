import { bytesText, countText, msText, rateText, secondsText, shareText } from './numbers.ts';
import type { Latencies, LoadTestRun, Machine, PlanFigures, Times } from './run.ts';

/** A run's figures as text, for the page and the terminal. */
export type Figure = readonly [name: string, value: string];

/** Fails closed: the verdict cannot override a broken promise. */
export function isKept({ verdict, promises }: LoadTestRun): boolean {
  return verdict.kept && promises.every(({ kept }) => kept);
}

export function keyFigures(run: LoadTestRun): Figure[] {
  return [
    ['webhooks sent', countText(run.sent)],
    ['resent', countText(run.sentAgain)],
    ['acknowledged', rateText(run.acksPerSecond)],
    ['applied', rateText(run.appliedPerSecond)],
    ...latencyFigures(run.ack)
      .filter(([name]) => name !== 'p90')
      .map(([name, value]) => [`ack ${name}`, value] as const),
    ['sending took', secondsText(run.seconds.sending)],
    ['drained after', secondsText(run.seconds.draining)],
  ];
}

export function latencyFigures(ack: Latencies): Figure[] {
  return [
    ['p50', msText(ack.p50Ms)],
    ['p90', msText(ack.p90Ms)],
    ['p99', msText(ack.p99Ms)],
    ['p99.9', msText(ack.p999Ms)],
    ['max', msText(ack.maxMs)],
  ];
}

export function timesFigures(times: Times | null): string[] {
  if (!times) return ['not measured', '–', '–', '–'];
  return [
    countText(times.count),
    msText(times.meanMs),
    `≤ ${msText(times.p50Ms)}`,
    `≤ ${msText(times.p99Ms)}`,
  ];
}

/** Most frequent first. */
export function answerFigures(answers: LoadTestRun['answers']): (readonly [string, string, string])[] {
  const all = Object.entries(answers).toSorted(([, a], [, b]) => b - a);
  const sum = all.reduce((total, [, count]) => total + count, 0);
  return all.map(([answer, count]) => [answer, countText(count), shareText(count, sum)]);
}

export function planFigures({ bodyBytes, ...plan }: PlanFigures): Figure[] {
  return [
    ['orders', countText(plan.orders)],
    ['shops', countText(plan.shops)],
    ['different events', countText(plan.events)],
    ['duplicates', countText(plan.duplicates)],
    ['out of order', countText(plan.shuffled)],
    ['topics', plan.topics.join(', ')],
    ['connections', countText(plan.connections)],
    ['rate', plan.rate === null ? 'as fast as answers come' : rateText(plan.rate)],
    ['body, smallest', bytesText(bodyBytes.smallest)],
    ['body, p50', bytesText(bodyBytes.p50)],
    ['body, p90', bytesText(bodyBytes.p90)],
    ['body, largest', bytesText(bodyBytes.largest)],
    ['body, mean', bytesText(bodyBytes.mean)],
  ];
}

export function machineFigures(machine: Machine): Figure[] {
  return [
    ['processor', `${machine.cpu}, ${countText(machine.cores)} cores`],
    ['memory', `${countText(machine.memoryGiB)} GiB`],
    ['system', machine.system],
    ['Node', machine.node],
    ['Redis', machine.redis],
    ['MongoDB', machine.mongodb],
    ['Lockstep', machine.lockstep],
    ['settings', machine.settings.length > 0 ? machine.settings.join(' ') : 'all defaults'],
  ];
}
