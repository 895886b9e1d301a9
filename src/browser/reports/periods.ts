/** Days as text, `2026-11-21`, in a time zone. */

const DAY_MS = 86_400_000;

export function today(zone: string): string {
  const format = { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-CA', format).format(new Date());
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from the first to the last. */
export function daysOf(from: string, to: string): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, at) => addDays(from, at));
}

interface Period {
  from: string;
  to: string;
}

const firstOf = (day: string) => `${day.slice(0, 8)}01`;

/** The periods that people use most, given the current day. */
export const PRESETS: readonly { name: string; of: (day: string) => Period }[] = [
  { name: 'Today', of: (day) => ({ from: day, to: day }) },
  { name: 'Yesterday', of: (day) => ({ from: addDays(day, -1), to: addDays(day, -1) }) },
  { name: 'Last 7 days', of: (day) => ({ from: addDays(day, -6), to: day }) },
  { name: 'Last 30 days', of: (day) => ({ from: addDays(day, -29), to: day }) },
  { name: 'This month', of: (day) => ({ from: firstOf(day), to: day }) },
  {
    name: 'Last month',
    of: (day) => ({ from: firstOf(addDays(firstOf(day), -1)), to: addDays(firstOf(day), -1) }),
  },
];
