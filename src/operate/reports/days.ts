/** Days of a time zone, as instants. Lockstep does not know a shop's time zone: the caller names one. */

const DAY_MS = 86_400_000;
/** Zones are at most 14 hours ahead of UTC, and 12 behind it. */
const FARTHEST_MS = 15 * 3_600_000;
/** The day of an instant: `2026-11-21`. */
export function dayAt(at: number, zone: string): string {
  return dayReader(zone)(at);
}

function dayReader(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'iso8601',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (at) => format.format(at);
}

/**
 * The first instant of a day. A search finds it, because a day may begin at 01:00: in some zones, clocks go forward at
 * midnight.
 */
export function dayStart(day: string, zone: string): Date {
  const read = dayReader(zone);
  let [before, at] = [Date.parse(day) - FARTHEST_MS, Date.parse(day) + FARTHEST_MS];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (read(middle) >= day) at = middle;
    else before = middle;
  }
  return new Date(at);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

/** The first day of an ISO week: `2026-W47`. Week 1 has the year's first Thursday. */
export function mondayOf(week: string): string {
  const [year = '', number = ''] = week.split('-W');
  const fourth = new Date(`${year}-01-04T00:00:00Z`);
  const sinceMonday = (fourth.getUTCDay() + 6) % 7;
  return addDays(fourth.toISOString().slice(0, 10), (Number(number) - 1) * 7 - sinceMonday);
}
