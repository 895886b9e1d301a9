/** `1 order`, `2 orders`. */
export function several(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** `0.8 s`, `45 s`, `12 min`, `3 h`. */
export function spanText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 180_000) return `${Math.round(ms / 1000)} s`;
  return ms < 10_800_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
