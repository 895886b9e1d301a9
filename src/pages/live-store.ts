import type { Now } from '../watch/shapes/system.ts';

/** What the stream last told. */
export interface Live {
  now: Now | null;
  connected: boolean;
  /** Since when it is not connected. */
  since: Date | null;
}

const NOTHING_YET: Live = {
  now: null,
  connected: false,
  since: null,
};

/** The stream speaks each second; silent for longer, it is taken for dead and opened anew. */
const SILENCE_MS = 8000;
const REOPEN_MS = 3000;

/**
 * One EventSource('/api/live') per tab, while the tab is visible. A stream that was refused (a dashboard that
 * starts, a sign-in that is over) is not opened again by the browser itself: that is done here.
 */
export class LiveStore {
  #live: Live = NOTHING_YET;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #onFailure: () => void;

  /** @param onFailure the stream failed: somebody should look whether the sign-in is still good */
  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  readonly read = (): Live => this.#live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns how to stop */
  start(): () => void {
    const onVisibility = () => (document.hidden ? this.#pause() : this.#open());
    document.addEventListener('visibilitychange', onVisibility);
    onVisibility();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      this.#close();
    };
  }

  #open(): void {
    this.#close();
    const source = new EventSource('/api/live');
    this.#source = source;
    this.#wait(SILENCE_MS);
    source.addEventListener('now', (event: MessageEvent<string>) => {
      this.#wait(SILENCE_MS);
      this.#told(JSON.parse(event.data) as Now);
    });
    source.addEventListener('error', () => {
      this.#lost();
      if (source.readyState === EventSource.CLOSED) this.#wait(REOPEN_MS);
    });
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#lost();
      this.#open();
    }, ms);
  }

  #told(now: Now): void {
    this.#tell({ now, connected: true, since: null });
  }

  #lost(): void {
    this.#onFailure();
    this.#tell({ ...this.#live, connected: false, since: this.#live.since ?? new Date() });
  }

  /** What a hidden tab missed is asked for anew when it is shown: it counts as an interruption. */
  #pause(): void {
    this.#close();
    this.#tell({ ...this.#live, connected: false });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #tell(live: Live): void {
    this.#live = live;
    for (const listener of this.#listeners) listener();
  }
}
