import { scaleLinear } from 'd3-scale';
import { CHARACTER, COLOURS, pixels, svgOf } from './chart.ts';
import { markup, type Markup } from './markup.ts';
import { figureText } from './numbers.ts';

export interface BarChart {
  title: string;
  unit: string;
  bars: Bar[];
  width?: number;
}

export interface Bar {
  label: string;
  /** null if there is no value; the note then says why. */
  value: number | null;
  /** Shown next to the value. */
  note?: string;
  /** Bars of a group follow each other, under its name; bars with the same label have the same colour. */
  group?: string;
}

/**
 * Horizontal bars with their value at the end: readable without turning the head or following a grid line.
 */
interface Layout {
  rowHeight: number;
  barY: number;
  labelY: number;
  anchor: 'start' | 'end';
}

const BESIDE: Layout = { rowHeight: 24, barY: 0, labelY: 12, anchor: 'end' };
/** Labels wider than this share of the width are drawn above their bars. */
const MOST_FOR_LABELS = 0.4;
const ABOVE: Layout = { rowHeight: 42, barY: 17, labelY: 12, anchor: 'start' };

const BAR_HEIGHT = 16;
const BEGIN = 44;
const GROUP_NAME = 28;

export function barChart({ title, unit, bars, width = 720 }: BarChart): string {
  const labelWidth = longest(bars.map(({ label }) => label)) + 10;
  const layout = labelWidth > width * MOST_FOR_LABELS ? ABOVE : BESIDE;
  const left = layout === ABOVE ? 0 : labelWidth;
  const right = width - longest(bars.map(besideOf)) - 10;
  const most = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  const lengthOf = scaleLinear([0, most > 0 ? most : 1], [0, Math.max(40, right - left)]);
  const colourOf = coloursOf(bars);

  let top = BEGIN;
  const rows = bars.map((bar, i) => {
    const group = bar.group === bars[i - 1]?.group ? undefined : bar.group;
    const y = top + (group === undefined ? 0 : GROUP_NAME);
    top = y + layout.rowHeight;
    const drawn = barOf(bar, { layout, left, length: lengthOf(bar.value ?? 0), colour: colourOf(bar) });
    return markup`${group === undefined ? [] : groupName(group, y)}<g transform="translate(0 ${y})">${drawn}</g>\n`;
  });
  const content = markup`<text class="quiet" x="0" y="34">${unit}</text>${rows}`;
  return svgOf({ title, says: `${unit}. ${bars.map(spoken).join('; ')}`, width, height: top + 4, content });
}

/** One colour if there is nothing to distinguish. */
function coloursOf(bars: readonly Bar[]): (bar: Bar) => number {
  if (bars.every(({ group }) => group === undefined)) return () => 0;
  const labels = [...new Set(bars.map(({ label }) => label))];
  return ({ label }) => labels.indexOf(label) % COLOURS;
}

function groupName(name: string, y: number): Markup {
  return markup`<text x="0" y="${y - 8}" font-weight="600">${name}</text>`;
}

interface Place {
  layout: Layout;
  left: number;
  length: number;
  colour: number;
}

function barOf(bar: Bar, { layout, left, length, colour }: Place): Markup {
  const { barY, labelY, anchor } = layout;
  const labelX = layout === ABOVE ? 0 : left - 8;
  // A small value must not look like zero.
  const drawn = bar.value ? Math.max(length, 1) : 0;
  return markup`<text x="${pixels(labelX)}" y="${labelY}" text-anchor="${anchor}">${bar.label}</text><rect class="f${colour}" x="${pixels(left)}" y="${barY}" width="${pixels(drawn)}" height="${BAR_HEIGHT}" rx="2"><title>${spoken(bar)}</title></rect><text x="${pixels(left + drawn + 6)}" y="${barY + 12}">${valueOf(bar)} <tspan class="quiet">${bar.note ?? ''}</tspan></text>`;
}

function valueOf({ value }: Bar): string {
  return value === null ? '' : figureText(value);
}

function besideOf(bar: Bar): string {
  return `${valueOf(bar)} ${bar.note ?? ''}`.trim();
}

function spoken(bar: Bar): string {
  const group = bar.group === undefined ? '' : `${bar.group}, `;
  return `${group}${bar.label}: ${besideOf(bar)}`;
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length)) * CHARACTER;
}
