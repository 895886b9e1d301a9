import type { Sample } from '../report/run.ts';

const RARELY = 5;

/** One line that is updated on a terminal; elsewhere, a line every five seconds. */
export function progressTo(output: NodeJS.WriteStream, total: number): (sample: Sample) => void {
  let last: Sample | null = null;
  let lines = 0;
  return (sample) => {
    const line = progressLine(sample, last, total);
    last = sample;
    lines += 1;
    if (output.isTTY) output.write(`\r\u001b[K${line}`);
    else if (lines % RARELY === 0) output.write(`${line}\n`);
  };
}

/** What happened in the last second, and how long the rest may take. */
export function progressLine(sample: Sample, last: Sample | null, total: number): string {
  const seconds = sample.second - (last?.second ?? 0) || 1;
  const rate = (now: number, before: number) => Math.round((now - before) / seconds);
  const acks = rate(sample.acked, last?.acked ?? 0);
  const applied = rate(sample.applied, last?.applied ?? 0);
  const sending = (total - sample.sent) / Math.max(1, acks);
  const applying = sample.waiting / Math.max(1, applied);
  const left = sample.sent < total ? sending : applying;
  return [
    `${Math.round(sample.second)} s`,
    `sent ${count(sample.sent)}/${count(total)}`,
    `${count(acks)} acks/s`,
    `p99 ${sample.ackP99Ms === null ? '–' : `${sample.ackP99Ms.toFixed(1)} ms`}`,
    `waiting ${count(sample.waiting)}`,
    `applied ${count(applied)}/s`,
    `ETA ${Math.ceil(left)} s`,
  ].join('   ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
