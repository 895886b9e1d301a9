/** Days, as `2026-10-01`. */
export interface Period {
  from: string;
  to: string;
}

/** Common periods, as of today in this browser's time zone. */
export const PERIODS: Record<string, (today: Date) => Period> = {
  'last month': (today) => ({ from: dayOf(today, -1, 1), to: dayOf(today, 0, 0) }),
  'this month, until yesterday': (today) => ({ from: dayOf(today, 0, 1), to: yesterdayOf(today) }),
  yesterday: (today) => ({ from: yesterdayOf(today), to: yesterdayOf(today) }),
};

export function isPeriod({ from, to }: Period): boolean {
  return from !== '' && to !== '' && from <= to;
}

/** @param months from this month @param day of that month; 0: the last day of the month before it */
function dayOf(today: Date, months: number, day: number): string {
  return textOf(new Date(today.getFullYear(), today.getMonth() + months, day));
}

function yesterdayOf(today: Date): string {
  return dayOf(today, 0, today.getDate() - 1);
}

function textOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
