import { decide } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Applied, Order } from '../../src/order/order.ts';
import { keyOf } from '../support/waiting-event.ts';
import { NOW } from './events.ts';

/** The last line that a holder has completed. After the trim, it has ended. */
export type Line = 'read' | 'decide' | 'commit' | 'journal';

/**
 * One order's mailbox, document and journal, with only the guarantees of Redis and MongoDB: a commit needs the version
 * that was loaded, the journal keeps its first entry, and a trim removes matching events from the head. There is no
 * lock: all of this must hold for any number of holders at once.
 */
export class HeldOrder {
  mailbox: WaitingEvent[] = [];
  order: Order | null = null;
  readonly journal = new Map<string, Applied>();
  /** Commits that were refused because the order had changed. */
  refused = 0;
  /** Lines after which a holder died. */
  readonly deaths = new Set<Line>();
  readonly #holders = new Map<number, Holder>();

  arrive(event: WaitingEvent): void {
    this.mailbox.push(event);
  }

  /** A holder runs its next line; after its last line it begins again. */
  step(name: number, page: number): void {
    const holder = this.#holders.get(name);
    if (!holder) this.#holders.set(name, this.#read(page));
    else if (holder.line === 'read') this.#load(holder);
    else if (holder.line === 'decide') this.#commit(holder);
    else if (holder.line === 'commit') this.#write(holder);
    else this.#trim(name, holder);
  }

  /** A holder dies, whatever its line. */
  die(name: number): void {
    const holder = this.#holders.get(name);
    if (holder) this.deaths.add(holder.line);
    this.#holders.delete(name);
  }

  #read(page: number): Holder {
    return { line: 'read', events: this.mailbox.slice(0, page), decided: null };
  }

  #load(holder: Holder): void {
    holder.decided = decide(keyOf(), this.order, holder.events, NOW);
    holder.line = 'decide';
  }

  #commit(holder: Holder): void {
    const next = holder.decided?.order;
    if (next && next.version !== (this.order?.version ?? 0)) {
      this.refused += 1;
      this.#load(holder);
      return;
    }
    if (next) this.order = { ...next, version: next.version + 1 };
    holder.line = 'commit';
  }

  #write(holder: Holder): void {
    for (const { applied } of holder.decided?.ended ?? [])
      if (!this.journal.has(applied.event)) this.journal.set(applied.event, applied);
    holder.line = 'journal';
  }

  #trim(name: number, holder: Holder): void {
    for (const event of holder.events) {
      if (this.mailbox[0]?.id !== event.id) break;
      this.mailbox.shift();
    }
    this.#holders.delete(name);
  }
}

interface Holder {
  line: Line;
  events: WaitingEvent[];
  decided: ReturnType<typeof decide> | null;
}
