import { addDays, dayOf, endOf, startOf, type Day } from '../text/days.ts';

/** Ranges of days up to today, by their names in the URL. */
const PRESETS = {
  today: { label: 'today', days: (today) => [today, today] },
  yesterday: { label: 'yesterday', days: (today) => [addDays(today, -1), addDays(today, -1)] },
  '7d': { label: 'last 7 days', days: (today) => [addDays(today, -6), today] },
  '30d': { label: 'last 30 days', days: (today) => [addDays(today, -29), today] },
  month: { label: 'this month', days: (today) => [`${today.slice(0, 8)}01`, today] },
} as const satisfies Record<string, { label: string; days: (today: Day) => [first: Day, last: Day] }>;

const isPreset = (name: string): name is keyof typeof PRESETS => Object.hasOwn(PRESETS, name);

/** For a select. */
export const PRESET_OPTIONS = Object.entries(PRESETS).map(([value, { label }]) => ({ value, label }));

/** Both ends are included. '' means open. */
export interface Range {
  createdFrom: string;
  createdTo: string;
}

/** What a preset means now, in this zone. An unknown name means any time. */
export function rangeOf(preset: string, now: Date, zone: string): Range {
  if (!isPreset(preset)) return { createdFrom: '', createdTo: '' };
  const [first, last] = PRESETS[preset].days(dayOf(now, zone));
  return {
    createdFrom: startOf(first, zone)?.toISOString() ?? '',
    createdTo: endOf(last, zone)?.toISOString() ?? '',
  };
}
