import type { Destination } from '../../operate/shapes/destinations.ts';

type PauseWindow = Destination['pauseWindows'][number];

/** `mon,tue 02:00-04:00 Europe/Berlin` on each line. */
export function pauseLines(windows: readonly PauseWindow[]): string {
  return windows
    .map(({ days, from, to, timeZone }) => `${days ? `${days.join(',')} ` : ''}${from}-${to} ${timeZone}`)
    .join('\n');
}

/** What is missing in a line is sent as it is, so that the API says so. */
export function windowsOf(lines: string): object[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map(windowOf);
}

function windowOf(line: string): object {
  const words = line.split(/\s+/);
  const times = words.findIndex((word) => word.includes(':'));
  const [from = '', to = ''] = (words[times] ?? '').split('-');
  const days = words
    .slice(0, Math.max(0, times))
    .flatMap((word) => word.toLowerCase().split(','))
    .filter(Boolean);
  return { days: days.length > 0 ? days : null, from, to, timeZone: words.slice(times + 1).join(' ') };
}
