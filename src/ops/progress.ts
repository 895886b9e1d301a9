import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** A progress bar, if there is a terminal for it; otherwise nothing. */
export interface ProgressBar {
  set: (value: number, total?: number) => void;
  end: () => void;
}

export function startProgress(stream: Terminal['bars'], what: string, total?: number): ProgressBar {
  if (stream === null) return { set: () => undefined, end: () => undefined };
  const format =
    total === undefined ? `${what}: {value}` : `${what} {bar} {value} of {total}, {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream, clearOnComplete: true, hideCursor: true, etaBuffer: 20 },
    Presets.shades_classic,
  );
  bar.start(total ?? 0, 0);
  return {
    set: (value, now) => {
      if (now !== undefined && total !== undefined) bar.setTotal(now);
      bar.update(value);
    },
    end: () => bar.stop(),
  };
}
