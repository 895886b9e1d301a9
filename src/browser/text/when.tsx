import { age, clock } from './figures.ts';
import { visible } from './visible.ts';

/** A time in UTC, with date and time in the tooltip. An invalid time is shown unchanged. */
export function When({ at }: { at: string | Date | null | undefined }) {
  if (at === null || at === undefined) return <span className="dim">–</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span className="plain">{visible(String(at)).slice(0, 60)}</span>;
  return (
    <time className="figures" dateTime={date.toISOString()} title={date.toISOString()}>
      {clock(date)}
    </time>
  );
}

/** A time span: `3.2 s`, `4 min`. */
export function Age({ ms }: { ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return <span className="dim">–</span>;
  return (
    <span className="figures" title={`${Math.round(ms).toLocaleString('en')} ms`}>
      {age(ms)}
    </span>
  );
}
