import type { Now } from '../../operate/shapes/system.ts';

/** The latest state from the stream. */
export interface Live {
  now: Now | null;
  connected: boolean;
  /** When the connection was lost; null while it is up. */
  since: Date | null;
}

const NOTHING_YET: Live = {
  now: null,
  connected: false,
  since: null,
};

/** The stream sends every second. After this long without a message it is considered dead and is reopened. */
const SILENCE_MS = 8000;
const REOPEN_MS = 3000;

/**
 * One EventSource('/api/live') per tab, while the tab is visible. The browser does not reopen a refused stream
 * (while the dashboard starts, or after the session has expired), so this class does.
 */
export class LiveStore {
  #live: Live = NOTHING_YET;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #onFailure: () => void;

  /** @param onFailure called when the stream fails, to check whether the session is still valid */
  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  readonly read = (): Live => this.#live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns a function that stops it */
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
      this.#receive(JSON.parse(event.data) as Now);
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

  #receive(now: Now): void {
    this.#tell({ now, connected: true, since: null });
  }

  #lost(): void {
    this.#onFailure();
    this.#tell({ ...this.#live, connected: false, since: this.#live.since ?? new Date() });
  }

  /** Counts as an interruption: what a hidden tab missed is fetched when it is shown again. */
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
