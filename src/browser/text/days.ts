/**
 * Days of a time zone. Where clocks change, a day has 23 or 25 hours; where they change at midnight, it begins at
 * 01:00.
 */

/** A day of the calendar: `2026-11-27`. */
export type Day = string;

const DAY_MS = 86_400_000;

/** The time zone of the browser. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The day of this time in this zone. */
export function dayOf(time: Date, zone: string): Day {
  const { year, month, day } = partsOf(time, zone);
  return dayText(Date.UTC(year, month - 1, day));
}

/** The day this many days later. */
export function addDays(day: Day, count: number): Day {
  return dayText(Date.parse(day) + count * DAY_MS);
}

/** The first moment of a day. Null if the text is not a day. */
export function startOf(day: Day, zone: string): Date | null {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight)) return null;
  // The zone's offset may change near midnight: both offsets are tried, the earlier moment first.
  const moments = [midnight - DAY_MS, midnight + DAY_MS]
    .map((near) => midnight - offsetAt(new Date(near), zone))
    .toSorted((a, b) => a - b)
    .map((ms) => new Date(ms));
  return moments.find((moment) => dayOf(moment, zone) === day) ?? moments[0] ?? null;
}

/** Its last millisecond. */
export function endOf(day: Day, zone: string): Date | null {
  const next = Number.isNaN(Date.parse(day)) ? null : startOf(addDays(day, 1), zone);
  return next && new Date(next.getTime() - 1);
}

function dayText(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

function offsetAt(time: Date, zone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(time, zone);
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return shown - Math.floor(time.getTime() / 1000) * 1000;
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

function partsOf(time: Date, zone: string): Record<(typeof PARTS)[number], number> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const shown = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return Object.fromEntries(PARTS.map((part) => [part, shown.get(part) ?? 0])) as ReturnType<typeof partsOf>;
}
