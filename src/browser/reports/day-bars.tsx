import type { SalesRow } from '../../operate/shapes/reports.ts';
import { money } from '../text/amounts.ts';
import { daysOf } from './periods.ts';
import './reports.css';

interface DayBarsProps {
  currency: string;
  from: string;
  to: string;
  rows: readonly SalesRow[];
}

/** In units of the drawing, which is as wide as its frame. */
const HEIGHT = 100;
const BAR = 10;
const GAP = 2;

/** Net sales, a bar for each day; below the line if more was returned than sold. The table has the same figures. */
export function DayBars({ currency, from, to, rows }: DayBarsProps) {
  const net = new Map(rows.map((row) => [row.group, row.net]));
  const bars = daysOf(from, to).map((day) => ({ day, text: net.get(day) ?? '0' }));
  const values = bars.map(({ text }) => Number(text));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = HEIGHT / (high - low || 1);
  const best = bars[values.indexOf(high)];
  return (
    <figure className="day-bars">
      <figcaption>
        Net sales by day
        {best && high > 0 && (
          <span className="dim">
            {' '}
            – highest: {money(best.text)} {currency} on {best.day}
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${bars.length * BAR} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        {bars.map(({ day, text }, at) => (
          <rect
            key={day}
            x={at * BAR + GAP / 2}
            width={BAR - GAP}
            y={(high - Math.max(0, Number(text))) * scale}
            height={Math.abs(Number(text)) * scale}
          >
            <title>{`${day}: ${money(text)} ${currency}`}</title>
          </rect>
        ))}
        <line x1={0} x2={bars.length * BAR} y1={high * scale} y2={high * scale} />
      </svg>
      <div className="day-bars-ends dim" aria-hidden>
        <span>{from}</span>
        <span>{to}</span>
      </div>
    </figure>
  );
}
