/**
 * Times at which nothing is sent to a destination, by the clocks of a time zone. A window is open while these clocks
 * show a time in it. In the nights when clocks change, it is therefore open for an hour less or more: 02:00 to 04:00 is
 * one hour if clocks skip 02:00 to 03:00, and three if they show it twice.
 */

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Weekday = (typeof WEEKDAYS)[number];

export interface PauseWindow {
  /** On which days it opens; null: every day. */
  days: Weekday[] | null;
  /** `02:00` */
  from: string;
  /** `04:00`, or `24:00`. At `from` or earlier: on the next day. */
  to: string;
  timeZone: string;
}

/** A pause by windows, which may follow one another. */
export interface Pause {
  /** ms since 1970; null: they cover the whole week. */
  endsAt: number | null;
  /** Of the window that closes last. */
  timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/**
 * Clocks of all zones change at full quarters of an hour, and differ from UTC by full quarters: within one, they run as
 * usual. All zones have done so since 1972.
 */
const QUARTER_MINUTES = 15;
const QUARTER_MS = QUARTER_MINUTES * MINUTE_MS;
/** Windows repeat every week. An eighth day has room for a change of clocks. */
const WEEK_AND_DAY_MS = 8 * DAY_MS;

/** @param at ms since 1970. @returns null: nothing is paused */
export function pauseAt(windows: readonly PauseWindow[], at: number): Pause | null {
  let last: PauseWindow | null = null;
  for (const { from, open } of stretches(windows, at, at + WEEK_AND_DAY_MS)) {
    if (open === null) return last && { endsAt: from, timeZone: last.timeZone };
    last = open;
  }
  return last && { endsAt: null, timeZone: last.timeZone };
}

export function isPausedAt(windows: readonly PauseWindow[], at: number): boolean {
  return stretchAt(windows, at).open !== null;
}

/** The same for frequent calls: an answer is kept for up to 15 minutes. */
export function pauseClock(windows: readonly PauseWindow[]): (at: number) => boolean {
  let known = stretchAt(windows, 0);
  return (at) => {
    if (at < known.from || at >= known.to) known = stretchAt(windows, at);
    return known.open !== null;
  };
}

/** The longest time that is looked back: what waits for weeks has other reasons. */
const LONGEST_MS = 14 * DAY_MS;

/** How long windows were open between two times, in ms. */
export function pausedMs(windows: readonly PauseWindow[], from: number, to: number): number {
  let sum = 0;
  for (const each of stretches(windows, Math.max(from, to - LONGEST_MS), to))
    if (each.open !== null) sum += each.to - each.from;
  return sum;
}

/** How long something takes if windows interrupt it, in ms; null: longer than a week. @param ms without interruptions */
export function withPauses(windows: readonly PauseWindow[], now: number, ms: number): number | null {
  if (windows.length === 0) return ms;
  let left = ms;
  for (const { from, to, open } of stretches(windows, now, now + WEEK_AND_DAY_MS)) {
    if (open !== null) continue;
    if (left <= to - from) return from + left - now;
    left -= to - from;
  }
  return null;
}

/** `04:00 Europe/Berlin`; with its weekday if that is not within a day. */
export function pauseEndText({ endsAt, timeZone }: Pause, now: number): string {
  if (endsAt === null) return 'its windows change';
  const [, day = '', clock = ''] = readClock(endsAt, timeZone);
  return `${endsAt - now < DAY_MS ? '' : `${day} `}${clock} ${timeZone}`;
}

/** `mon,tue 02:00-04:00 Europe/Berlin` */
export function windowText({ days, from, to, timeZone }: PauseWindow): string {
  return `${days === null ? '' : `${days.join(',')} `}${from}-${to} ${timeZone}`;
}

/** A period in which the same windows are open. */
interface Stretch {
  from: number;
  to: number;
  /** One of them; null: none is open. */
  open: PauseWindow | null;
}

function stretchAt(windows: readonly PauseWindow[], at: number): Stretch {
  return stretches(windows, at, at + QUARTER_MS).next().value ?? { from: at, to: at, open: null };
}

/** From one time to another, without gaps. */
function* stretches(
  windows: readonly PauseWindow[],
  from: number,
  to: number,
): Generator<Stretch, undefined> {
  if (windows.length === 0) return void (yield { from, to, open: null });
  for (let quarter = from - (from % QUARTER_MS); quarter < to; quarter += QUARTER_MS) {
    const locals = withClocks(windows, quarter);
    const cuts = [...new Set([0, ...locals.flatMap(cutsOf), QUARTER_MINUTES])].toSorted((a, b) => a - b);
    for (const [i, cut] of cuts.slice(0, -1).entries()) {
      const begin = Math.max(from, quarter + cut * MINUTE_MS);
      const end = Math.min(to, quarter + (cuts[i + 1] ?? cut) * MINUTE_MS);
      const open = locals.find((each) => isOpen(each.window, each.day, each.minute + cut));
      if (end > begin) yield { from: begin, to: end, open: open?.window ?? null };
    }
  }
}

interface Local {
  window: PauseWindow;
  /** From 0 for Monday. */
  day: number;
  /** Of the day. */
  minute: number;
}

/** What the clocks of windows show. Those of a zone are read once. */
function withClocks(windows: readonly PauseWindow[], at: number): Local[] {
  const byZone = Map.groupBy(windows, ({ timeZone }) => timeZone);
  return [...byZone].flatMap(([timeZone, its]) => {
    const [, weekday = '', clock = ''] = readClock(at, timeZone);
    const day = WEEKDAYS.findIndex((each) => each === weekday.toLowerCase());
    return its.map((window) => ({ window, day, minute: minutesOf(clock) }));
  });
}

/** The minutes of a quarter at which a window opens or closes. */
function cutsOf({ window: { from, to }, minute }: Local): number[] {
  return [from, to]
    .map((clock) => minutesOf(clock) - minute)
    .filter((cut) => cut > 0 && cut < QUARTER_MINUTES);
}

function isOpen({ days, from, to }: PauseWindow, day: number, minute: number): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const opensOn = (which: number) => days === null || days.some((each) => each === WEEKDAYS[which % 7]);
  if (begin < end) return opensOn(day) && minute >= begin && minute < end;
  return (opensOn(day) && minute >= begin) || (opensOn(day + 6) && minute < end);
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Making a format takes a thousand times as long as using it. There are at most as many as time zones (the API checks). */
const formats = new Map<string, Intl.DateTimeFormat>();

/** `Mon 02:00`, and its parts. */
function readClock(at: number, timeZone: string): RegExpMatchArray {
  const known =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(timeZone, known);
  const read = known.format(at).match(/^(\w{3}),? (\d\d:\d\d)$/);
  if (!read) throw new Error(`the time in ${timeZone} could not be read`);
  return read;
}
