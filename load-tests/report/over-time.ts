import type { LineChart, Series } from './line-chart.ts';
import type { Sample } from './run.ts';

/** What happened in each second, as charts. */
export function chartsOverTime(samples: readonly Sample[]): LineChart[] {
  const across = 'seconds since the first webhook';
  const seriesOf = (name: string, valueOf: (sample: Sample) => number | null): Series => ({
    name,
    points: samples.map((sample) => [sample.second, valueOf(sample)]),
  });
  return [
    {
      title: 'Sent, acknowledged, applied',
      unit: 'webhooks since the start',
      across,
      series: [
        seriesOf('sent', ({ sent }) => sent),
        seriesOf('acked', ({ acked }) => acked),
        seriesOf('applied', ({ applied }) => applied),
      ],
    },
    {
      // On its own scale: beside everything that was sent, it would be a flat line.
      title: 'Waiting in mailboxes',
      unit: 'events',
      across,
      series: [seriesOf('waiting', ({ waiting }) => waiting)],
      height: 200,
    },
    {
      title: 'From webhook to acknowledgement',
      unit: 'ms',
      across,
      series: [seriesOf('p50', ({ ackP50Ms }) => ackP50Ms), seriesOf('p99', ({ ackP99Ms }) => ackP99Ms)],
      scale: 'auto',
    },
    {
      title: 'Lock held, and commit',
      unit: 'ms, mean of each second',
      across,
      series: [
        seriesOf('lock held', ({ lockHeldMs }) => lockHeldMs),
        seriesOf('commit', ({ commitMs }) => commitMs),
      ],
      scale: 'auto',
    },
  ];
}
