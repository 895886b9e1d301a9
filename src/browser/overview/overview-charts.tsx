import { Paper, SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import type { Sample } from '../../operate/shapes/system.ts';
import { age, figure, rate } from '../text/figures.ts';
import { LineChart, type ChartLine } from './line-chart.tsx';
import { Problem } from '../components/problem.tsx';
import { useSamples } from './use-samples.ts';

interface Chart {
  label: string;
  format: (value: number | null | undefined) => string;
  lines: readonly { label: string; of: (sample: Sample) => number | null }[];
}

const CHARTS: readonly Chart[] = [
  {
    label: 'Events / s',
    format: rate,
    lines: [
      { label: 'in', of: (sample) => sample.acceptedPerSecond },
      { label: 'processed', of: (sample) => sample.appliedPerSecond },
    ],
  },
  {
    label: 'Waiting events',
    format: figure,
    lines: [{ label: 'waiting', of: (sample) => sample.waitingEvents }],
  },
  {
    label: 'Ack p99',
    format: age,
    lines: [{ label: 'p99', of: (sample) => sample.ackP99Ms }],
  },
];

/** The last 15 minutes, live. */
export function OverviewCharts() {
  const { samples, problem } = useSamples();
  const times = useMemo(() => samples.map(({ at }) => Math.floor(Date.parse(at) / 1000)), [samples]);
  return (
    <>
      {problem && <Problem problem={problem} />}
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
        {CHARTS.map((chart) => (
          <Paper key={chart.label} withBorder p="sm">
            <ChartOf chart={chart} samples={samples} times={times} />
          </Paper>
        ))}
      </SimpleGrid>
    </>
  );
}

function ChartOf({ chart, samples, times }: { chart: Chart; samples: Sample[]; times: number[] }) {
  const lines = useMemo<ChartLine[]>(
    () =>
      chart.lines.map(({ label, of }, at) => ({
        label,
        values: samples.map(of),
        colour: at === 0 ? 1 : 2,
      })),
    [chart, samples],
  );
  return <LineChart label={chart.label} times={times} lines={lines} format={chart.format} />;
}
