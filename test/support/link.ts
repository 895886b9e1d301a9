import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes to the server (`up`) or from it (`down`). */
export type Direction = 'up' | 'down';

/** A chunk that was caught and waits. */
export interface Caught {
  /** Resolves when it was caught; nothing of that connection and direction passes until `release`. */
  reached: Promise<void>;
  release: () => void;
}

interface Trap {
  patterns: readonly string[];
  direction: Direction;
  reach: () => void;
  released: Promise<void>;
}

/**
 * A TCP proxy on loopback between a program and a server. A test can cut, reset, stall, slow or slice the
 * traffic, and act at the very moment when a command passes.
 */
export class Link {
  readonly #server: Server;
  #target: number;
  readonly #sockets = new Set<Socket>();
  #traps: Trap[] = [];
  #refusing = false;
  #stalled: Promise<never> | null = null;
  #delayMs = 0;
  #slicing = false;
  /** Connections that the faults below have hit; a fault that hits none was not reached. */
  hits = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#join(client));
  }

  static async to(target: number): Promise<Link> {
    const link = new Link(target);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes every connection, and refuses new ones. */
  cut(): void {
    this.#refusing = true;
    for (const socket of this.#sockets) this.#hit(() => socket.destroy());
  }

  /** Closes every connection; new ones go to another server. */
  retarget(port: number): void {
    this.#target = port;
    for (const socket of this.#sockets) this.#hit(() => socket.destroy());
  }

  /** Closes every connection with RST; new ones are let through. */
  reset(): void {
    for (const socket of this.#sockets) this.#hit(() => socket.resetAndDestroy());
  }

  /**
   * Half-open: connections stay and new ones are accepted, but nothing gets through, as when a host
   * disappears silently. Connections that it hits stay stuck: healing is for new connections.
   */
  stall(): void {
    this.#stalled = new Promise<never>(() => undefined);
  }

  /** Delays every chunk by this much, in each direction. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Sends every byte separately. */
  slice(): void {
    this.#slicing = true;
  }

  /** Everything passes again. */
  heal(): void {
    this.#refusing = false;
    this.#slicing = false;
    this.#delayMs = 0;
    this.#stalled = null;
  }

  /**
   * Catches the next chunk that contains one of some texts; with `answer`, the server's next chunk after it.
   */
  intercept(pattern: string | readonly string[], part: 'ask' | 'answer' = 'ask'): Caught {
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((reach) => {
      const direction = part === 'ask' ? 'up' : 'down';
      this.#traps.push({ patterns: [pattern].flat(), direction, reach: () => reach(), released });
    });
    return { reached, release };
  }

  async close(): Promise<void> {
    this.heal();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #hit(act: () => void): void {
    this.hits += 1;
    act();
  }

  #join(client: Socket): void {
    if (this.#refusing) {
      this.#hit(() => client.resetAndDestroy());
      return;
    }
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const asked: { armed: Trap | null } = { armed: null };
    void this.#carry(client, server, 'up', asked);
    void this.#carry(server, client, 'down', asked);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  async #carry(from: Socket, to: Socket, way: Direction, asked: { armed: Trap | null }): Promise<void> {
    let passed = Promise.resolve();
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        // Chunks overlap as on a long line, and keep their order.
        passed = this.#pass(passed, chunk, performance.now() + this.#delayMs, to, way, asked);
        passed.catch(() => to.destroy());
        if (this.#delayMs === 0) await passed;
      }
      await passed;
      to.end();
    } catch {
      to.destroy();
    }
  }

  async #pass(
    before: Promise<void>,
    chunk: Buffer,
    due: number,
    to: Socket,
    way: Direction,
    asked: { armed: Trap | null },
  ): Promise<void> {
    await before;
    const waitMs = due - performance.now();
    if (waitMs > 1) {
      this.hits += 1;
      await sleep(waitMs);
    }
    await this.#hold(chunk, way, asked);
    for (const piece of this.#slicing ? bytesOf(chunk) : [chunk])
      if (!to.write(piece)) await once(to, 'drain');
  }

  async #hold(chunk: Buffer, way: Direction, asked: { armed: Trap | null }): Promise<void> {
    if (this.#slicing) this.hits += 1;
    if (this.#stalled) {
      this.hits += 1;
      await this.#stalled;
    }
    const trap = way === 'up' ? this.#trapFor(chunk) : asked.armed;
    if (!trap) return;
    // An answer is caught after its request, on the same connection.
    if (way === 'up' && trap.direction === 'down') {
      asked.armed = trap;
      return;
    }
    asked.armed = null;
    trap.reach();
    await trap.released;
  }

  #trapFor(chunk: Buffer): Trap | null {
    const trap = this.#traps.find(({ patterns }) => patterns.some((each) => chunk.includes(each)));
    this.#traps = this.#traps.filter((each) => each !== trap);
    return trap ?? null;
  }
}

function bytesOf(chunk: Buffer): Buffer[] {
  return Array.from(chunk, (_, i) => chunk.subarray(i, i + 1));
}
