type Server = 'redis' | 'mongodb';

/**
 * Since when a server is down, as this process saw it: the same for every page, whenever that was opened.
 * It also says when what Redis forgot during an outage may be judged again: programs that could not send their
 * beats look dead until they have reconnected.
 */
export class Outages {
  readonly #now: () => number;
  readonly #downSince = new Map<Server, number>();
  readonly #upSince = new Map<Server, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param askedAt when it was asked; the answer may have taken its whole time */
  note(server: Server, up: boolean, askedAt: number): string | null {
    if (!up) {
      const since = this.#downSince.get(server) ?? askedAt;
      this.#downSince.set(server, since);
      return new Date(since).toISOString();
    }
    if (this.#downSince.delete(server)) this.#upSince.set(server, this.#now());
    return null;
  }

  /** Whether a server has been up for so long that all programs have reached it again. */
  hasSettled(server: Server): boolean {
    const upSince = this.#upSince.get(server);
    return !this.#downSince.has(server) && (upSince === undefined || this.#now() - upSince >= SETTLING_MS);
  }
}

/** Five beats, and the longest pause between two attempts to reconnect. */
const SETTLING_MS = 10_000;
