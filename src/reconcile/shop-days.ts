/** A calendar day in a shop's time zone: 23, 24 or 25 hours. */
export interface ShopDay {
  /** `2026-11-01` */
  day: string;
  start: Date;
  /** When the next day starts. */
  end: Date;
}

const DAY_MS = 86_400_000;
/** No zone is further away from UTC. */
const FURTHEST_MS = 15 * 3_600_000;

/**
 * The days from one date to another, both included.
 * @throws RangeError if the time zone is unknown
 */
export function daysOf(from: string, to: string, zone: string): ShopDay[] {
  const dateIn = dateReader(zone);
  const days: ShopDay[] = [];
  let start = startOf(Date.parse(from), dateIn);
  for (let date = Date.parse(from); date <= Date.parse(to); date += DAY_MS) {
    const end = startOf(date + DAY_MS, dateIn);
    days.push({ day: dayText(date), start: new Date(start), end: new Date(end) });
    start = end;
  }
  return days;
}

/**
 * The first second with this date or a later one. Not every day starts at midnight: in some zones, clocks go forward at
 * midnight.
 * @param date midnight of the date in UTC
 */
function startOf(date: number, dateIn: (ms: number) => string): number {
  const wanted = dayText(date);
  let before = (date - FURTHEST_MS) / 1000;
  let after = (date + FURTHEST_MS) / 1000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dateIn(middle * 1000) < wanted) before = middle;
    else after = middle;
  }
  return after * 1000;
}

function dateReader(zone: string): (ms: number) => string {
  // Swedish dates have the ISO format.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  return (ms) => format.format(ms);
}

function dayText(date: number): string {
  return new Date(date).toISOString().slice(0, 10);
}
