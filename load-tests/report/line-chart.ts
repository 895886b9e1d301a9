import { line } from 'd3-shape';
import { axisOf, type Axis, type Scale } from './axis.ts';
import { CHARACTER, COLOURS, pixels, svgOf } from './chart.ts';
import { figureText, tickText } from './numbers.ts';
import { markup, type Markup } from './markup.ts';

export interface LineChart {
  title: string;
  /** Unit of the vertical axis. */
  unit: string;
  /** Name of the horizontal axis, such as `seconds`. */
  across: string;
  series: Series[];
  scale?: Scale;
  acrossScale?: Scale;
  width?: number;
  height?: number;
}

export interface Series {
  name: string;
  /** A missing value is a gap in the line, not a zero. */
  points: readonly (readonly [x: number, y: number | null])[];
}

interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: Axis;
  y: Axis;
}

const LABEL_HEIGHT = 15;
const SWATCH = 22;
/** Lines with this few points have markers, to show what was measured and what is interpolated. */
const MARKED_POINTS = 20;
/** More would make the file large, and the columns too narrow to point at. */
const MOST_HOVERS = 120;

export function lineChart(given: LineChart): string {
  const { title, unit, across, series, width = 720, height = 280 } = given;
  const plot = plotOf(given, width, height);
  const { left, right, bottom } = plot;
  const content = markup`<text class="quiet" x="0" y="34">${unit}${plot.y.log ? ' (log scale)' : ''}</text>
<text class="quiet" x="${pixels((left + right) / 2)}" y="${height - 4}" text-anchor="middle">${across}${plot.x.log ? ' (log scale)' : ''}</text>
${gridOf(plot)}
${series.map((each, i) => seriesOf(each, i, plot))}
${endLabelsOf(series, plot)}
${hoversOf(series, across, plot)}
${valuesOf(series).length === 0 ? markup`<text class="quiet" x="${pixels((left + right) / 2)}" y="${bottom - 20}" text-anchor="middle">nothing was measured</text>` : []}`;
  return svgOf({ title, says: summaryOf(series), width, height, content });
}

function plotOf({ series, scale, acrossScale }: LineChart, width: number, height: number): Plot {
  const longestName = Math.max(0, ...series.map(({ name }) => name.length));
  const [top, bottom] = [46, height - 40];
  const y = axisOf(valuesOf(series), {
    scale: scale ?? 'linear',
    from: bottom,
    to: top,
    ticks: Math.max(2, Math.round((bottom - top) / 36)),
    rounded: true,
  });
  const longestTick = Math.max(...y.ticks.map((tick) => tickText(tick).length));
  // If there is room, margins are the same, so that charts below each other can be compared.
  const left = Math.max(longestTick * CHARACTER + 10, width * 0.06);
  const right = width - Math.max(longestName * CHARACTER + SWATCH + 16, width * 0.12);
  const x = axisOf(
    series.flatMap(({ points }) => points.map(([at]) => at)),
    {
      scale: acrossScale ?? 'linear',
      from: left,
      to: right,
      ticks: Math.max(2, Math.round((right - left) / 70)),
      rounded: false,
    },
  );
  return { left, right, top, bottom, x, y };
}

function gridOf({ left, right, bottom, x, y }: Plot): Markup {
  const rows = y.ticks.map((tick) => {
    const at = pixels(y.place(tick));
    return markup`<line class="rule" x1="${pixels(left)}" x2="${pixels(right)}" y1="${at}" y2="${at}"/><text class="quiet" x="${pixels(left - 6)}" y="${at + 4}" text-anchor="end">${tickText(tick)}</text>`;
  });
  const columns = x.ticks.map((tick) => {
    const at = pixels(x.place(tick));
    return markup`<line class="base" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}"/><text class="quiet" x="${at}" y="${bottom + 17}" text-anchor="middle">${tickText(tick)}</text>`;
  });
  return markup`${rows}<line class="base" x1="${pixels(left)}" x2="${pixels(right)}" y1="${bottom}" y2="${bottom}"/>${columns}`;
}

function seriesOf({ points }: Series, index: number, { x, y }: Plot): Markup {
  const path = line<readonly [number, number | null]>()
    .defined(([, value]) => value !== null)
    .x(([at]) => x.place(at))
    .y(([, value]) => y.place(value ?? 0))
    .digits(1);
  const marks = points.length <= MARKED_POINTS ? points : [];
  return markup`<path class="line s${index % COLOURS}" d="${path(points) ?? ''}"/>${marks
    .filter(([, value]) => value !== null)
    .map(
      ([at, value]) =>
        markup`<circle class="f${index % COLOURS}" cx="${pixels(x.place(at))}" cy="${pixels(y.place(value ?? 0))}" r="3.5"/>`,
    )}`;
}

/** A line's name is at its end, with a sample of the line; names that would overlap are pushed apart. */
function endLabelsOf(series: readonly Series[], { right, top, bottom, y }: Plot): Markup[] {
  const labels = series
    .map(({ name, points }, index) => {
      const last = points.findLast(([, value]) => value !== null)?.[1];
      return { name, index, at: last === undefined || last === null ? null : y.place(last) };
    })
    .filter((label): label is typeof label & { at: number } => label.at !== null)
    .toSorted((a, b) => a.at - b.at);
  const places = pushedApart(
    labels.map(({ at }) => at),
    top,
    bottom,
  );
  return labels.map(({ name, index }, i) => {
    const at = pixels(places[i] ?? top);
    const from = right + 10;
    return markup`<line class="line s${index % COLOURS}" x1="${pixels(from)}" x2="${pixels(from + SWATCH - 4)}" y1="${at}" y2="${at}"/><text x="${pixels(from + SWATCH + 2)}" y="${at + 4}">${name}</text>`;
  });
}

/** `places` is ascending. */
function pushedApart(places: readonly number[], top: number, bottom: number): number[] {
  const down: number[] = [];
  for (const place of places) down.push(Math.max(place, (down.at(-1) ?? top - LABEL_HEIGHT) + LABEL_HEIGHT));
  let limit = bottom + LABEL_HEIGHT;
  return down
    .toReversed()
    .map((place) => (limit = Math.min(place, limit - LABEL_HEIGHT)))
    .toReversed();
}

/** Invisible columns that show the values under the pointer. */
function hoversOf(
  series: readonly Series[],
  across: string,
  { x, left, right, top, bottom }: Plot,
): Markup[] {
  const valuesAt = new Map<number, string[]>();
  for (const { name, points } of series)
    for (const [at, value] of points)
      valuesAt.set(at, [...(valuesAt.get(at) ?? []), `${name} ${figureText(value)}`]);
  const step = Math.ceil(valuesAt.size / MOST_HOVERS);
  const columns = [...valuesAt].toSorted(([a], [b]) => a - b).filter((_, i) => i % step === 0);
  return columns.map(([at, values], i) => {
    const edge = (other: [number, string[]] | undefined, end: number) =>
      other ? (x.place(at) + x.place(other[0])) / 2 : end;
    const [from, to] = [edge(columns[i - 1], left), edge(columns[i + 1], right)];
    return markup`<rect class="hover" x="${pixels(from)}" y="${top}" width="${pixels(to - from)}" height="${bottom - top}"><title>${across} ${tickText(at)}: ${values.join(', ')}</title></rect>`;
  });
}

function summaryOf(series: readonly Series[]): string {
  const parts = series.map((each) => {
    const values = valuesOf([each]);
    if (values.length === 0) return `${each.name} was not measured`;
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return `${each.name} between ${figureText(least)} and ${figureText(most)}, at the end ${figureText(values.at(-1) ?? null)}`;
  });
  return parts.join('; ');
}

function valuesOf(series: readonly Series[]): number[] {
  return series.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
}
