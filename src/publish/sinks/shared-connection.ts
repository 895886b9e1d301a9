import { orAborted } from './or-aborted.ts';

/** The connection could not be opened, so nothing was sent. Its cause is the client's error. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

interface Held<Connection> {
  opened: Promise<Connection>;
  users: number;
  isRetired: boolean;
}

interface Ways<Connection> {
  /** @param onLost to be called when the connection breaks */
  open: (onLost: () => void) => Promise<Connection>;
  /** Closes it at once, without waiting for the other side. */
  destroy: (connection: Connection) => void;
  /** Whether an error is an answer of the server, after which the connection can be used. */
  isAnswer: (error: unknown) => boolean;
}

/**
 * One connection that attempts at the same time share; opened for the first of them. If one ends without an answer, the
 * connection may be half-open, so it is retired: attempts that begin later get a new one. Those that are under way keep
 * it until they end, because their messages may have arrived.
 */
export class SharedConnection<Connection> {
  readonly #ways: Ways<Connection>;
  readonly #all = new Set<Held<Connection>>();
  #current: Held<Connection> | null = null;

  constructor(ways: Ways<Connection>) {
    this.#ways = ways;
  }

  /** @throws NotConnected, or what `work` throws, or the signal's reason */
  async use<Result>(signal: AbortSignal, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const held = (this.#current ??= this.#open());
    held.users += 1;
    try {
      const connection = await orAborted(held.opened, signal).catch((cause: unknown) => {
        throw new NotConnected('not connected', { cause });
      });
      return await orAborted(work(connection), signal);
    } catch (error) {
      if (!this.#ways.isAnswer(error)) this.#retire(held);
      throw error;
    } finally {
      held.users -= 1;
      this.#release(held);
    }
  }

  /** Attempts that are under way end without an answer. */
  close(): void {
    // Retiring one that nobody uses removes it from the set, which iteration allows.
    for (const held of this.#all) {
      this.#retire(held);
      held.users = 0;
      this.#release(held);
    }
  }

  #open(): Held<Connection> {
    const held: Held<Connection> = {
      opened: this.#ways.open(() => this.#retire(held)),
      users: 0,
      isRetired: false,
    };
    this.#all.add(held);
    return held;
  }

  #retire(held: Held<Connection>): void {
    held.isRetired = true;
    if (this.#current === held) this.#current = null;
    this.#release(held);
  }

  #release(held: Held<Connection>): void {
    if (!held.isRetired || held.users > 0 || !this.#all.delete(held)) return;
    held.opened.then(this.#ways.destroy).catch(() => undefined);
  }
}
