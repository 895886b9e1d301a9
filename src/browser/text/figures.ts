/** How every page formats numbers and times. */

/** `12,345`; `–` if the value is unknown. */
export function figure(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return '–';
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: 0 });
}

/** `1 event`, `12,345 events`. */
export function several(count: number, one: string, more: string): string {
  return `${figure(count)} ${count === 1 ? one : more}`;
}

/** With one decimal below 10. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return figure(value, value < 10 ? 1 : 0);
}

/** Units of time spans, largest first: a span is shown in the first unit whose `from` it reaches. */
const SPANS = [
  { from: 172_800_000, unit: 86_400_000, word: 'd' },
  { from: 7_200_000, unit: 3_600_000, word: 'h' },
  { from: 120_000, unit: 60_000, word: 'min' },
] as const;

/** `3.2 s`, `4 min`, `5 h`, `3 d`. */
export function age(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  const span = SPANS.find(({ from }) => ms >= from);
  if (span) return `${Math.floor(ms / span.unit)} ${span.word}`;
  if (ms >= 10_000) return `${Math.round(ms / 1000)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms)} ms`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});
const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/**
 * UTC `HH:MM:SS`, with the date in front if it is not today. Every page uses the time zone of the journal, logs
 * and command line; the live indicator at the top of the page shows it.
 */
export function clock(at: Date): string {
  const time = CLOCK.format(at);
  return DAY.format(at) === DAY.format(new Date()) ? time : `${DAY.format(at)} ${time}`;
}
