type Server = 'redis' | 'mongodb';

/**
 * Since when a server has been down, as this process saw it: the same for every page, whenever it was opened.
 * Also says when heartbeats can be trusted again after an outage of Redis: programs that could not send
 * theirs look dead until they have reconnected.
 */
export class Outages {
  readonly #now: () => number;
  readonly #downSince = new Map<Server, number>();
  readonly #upSince = new Map<Server, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param askedAt when the server was asked; its answer may have taken the whole time limit */
  note(server: Server, up: boolean, askedAt: number): string | null {
    if (!up) {
      const since = this.#downSince.get(server) ?? askedAt;
      this.#downSince.set(server, since);
      return new Date(since).toISOString();
    }
    if (this.#downSince.delete(server)) this.#upSince.set(server, this.#now());
    return null;
  }

  /** Whether a server has been up long enough for all programs to have reconnected. */
  hasSettled(server: Server): boolean {
    const upSince = this.#upSince.get(server);
    return !this.#downSince.has(server) && (upSince === undefined || this.#now() - upSince >= SETTLING_MS);
  }
}

/** Five heartbeats, plus the longest pause between two attempts to reconnect. */
const SETTLING_MS = 10_000;
