import { Table, useComputedColorScheme } from '@mantine/core';
import { useEffect, useEffectEvent, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './overview.css';
import { clock } from '../text/figures.ts';

export interface ChartLine {
  label: string;
  values: readonly (number | null)[];
  /** The first is solid, the second dashed, so that they differ without colour too. */
  colour: 1 | 2;
}

interface LineChartProps {
  label: string;
  /** Seconds since 1970. */
  times: readonly number[];
  lines: readonly ChartLine[];
  format: (value: number | null | undefined) => string;
  height?: number;
}

/** Lines over time. For people who cannot see them, the caption has the newest figures and the table all. */
export function LineChart({ label, times, lines, format, height = 150 }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme('light');
  const data = useMemo(
    () => [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData,
    [times, lines],
  );
  const names = lines.map((line) => `${line.colour}${line.label}`).join('|');
  const draw = useEffectEvent(
    (element: HTMLElement) => new uPlot(optionsOf(element, lines, format, height), data, element),
  );
  // The chart is recreated when its colours, lines or height change, not for each new sample.
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const made = draw(element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [scheme, names, height]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <figure className="chart">
      <figcaption>
        <span className="chart-title">{label}</span>
        {lines.map((line) => (
          <span key={line.label} className="chart-key" data-line={line.colour}>
            {lines.length > 1 && line.label} <b className="figures">{format(line.values.at(-1))}</b>
          </span>
        ))}
      </figcaption>
      <div ref={box} className="chart-box" aria-hidden />
      <Figures times={times} lines={lines} format={format} />
    </figure>
  );
}

/** The axis reaches at least this value: below it, labels in whole numbers would repeat. */
const LOWEST_TOP = 4;

function optionsOf(
  element: HTMLElement,
  lines: readonly ChartLine[],
  format: LineChartProps['format'],
  height: number,
): uPlot.Options {
  const style = getComputedStyle(element);
  const ink = style.getPropertyValue('--ls-chart-ink');
  const grid = { stroke: style.getPropertyValue('--ls-chart-grid'), width: 1 };
  const font = '11px system-ui, sans-serif';
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(LOWEST_TOP, (high ?? 0) * 1.1)] } },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        font,
        size: 22,
        space: 70,
        values: timesOf,
      },
      {
        stroke: ink,
        grid,
        ticks: { show: false },
        font,
        size: 52,
        space: 30,
        values: (_plot, splits) => splits.map((split) => format(split)),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: style.getPropertyValue(`--ls-line-${line.colour}`),
        width: 2,
        points: { show: false },
        ...(line.colour === 2 ? { dash: [5, 4] } : {}),
      })),
    ],
  };
}

/** HH:MM, with seconds if the ticks are less than a minute apart. */
const timesOf = (_plot: uPlot, splits: number[]) => {
  const close = (splits[1] ?? Infinity) - (splits[0] ?? 0) < 60;
  return splits.map((split) => clock(new Date(split * 1000)).slice(-8, close ? undefined : -3));
};

/** Seconds between two rows of the table. */
const EVERY = 60;

function Figures({ times: seconds, lines, format }: Omit<LineChartProps, 'label' | 'height'>) {
  const rows = seconds
    .map((second, at) => ({ second, at }))
    .filter(({ at }) => (seconds.length - 1 - at) % EVERY === 0)
    .reverse();
  return (
    <details className="chart-table">
      <summary>Show as table</summary>
      <Table verticalSpacing={2} fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            {lines.map((line) => (
              <Table.Th key={line.label} ta="right">
                {line.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ second, at }) => (
            <Table.Tr key={second}>
              <Table.Td>{clock(new Date(second * 1000))}</Table.Td>
              {lines.map((line) => (
                <Table.Td key={line.label} ta="right" className="figures">
                  {format(line.values[at])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
