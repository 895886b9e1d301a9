import { deciding } from '../../order/decide.ts';
import type { EventId, OrderKey } from '../../order/identity.ts';
import type { Order } from '../../order/order.ts';
import { damageOf } from '../../order/order-shape.ts';
import { keepNothing, type KeepBody } from '../../order/whole-body.ts';
import { NOTHING_WRONG, type Findings } from '../../system/findings.ts';
import { differencesOf, type Difference } from './differences.ts';
import type { JournaledEvent } from '../../persist/journaled.ts';

/** The result of a check. */
export interface Checked {
  findings: Findings;
  /** The fields in which the state is wrong. */
  differences: Difference[];
  /** The fields that cannot be read, in words. */
  damage: string[];
}

/** Rebuilds an order from its journal by the pure rules, one event at a time: one body is in memory. */
export class Rebuild {
  readonly #key: OrderKey;
  readonly #keepBody: KeepBody;
  readonly #ids = new Set<EventId>();
  readonly #sequences = new Set<number>();
  #order: Order | null = null;
  #last = 0;
  #inversions = 0;
  #unreadable: EventId | null = null;

  constructor(key: OrderKey, keepBody: KeepBody = keepNothing) {
    this.#key = key;
    this.#keepBody = keepBody;
  }

  /** Adds applied events in the journal's sequence: the result is the same as sorted by position (P5). */
  *add({ event, outcome, sequence, appliedAt }: JournaledEvent): Generator<void, void> {
    this.#ids.add(event.id);
    this.#sequences.add(sequence);
    this.#last = sequence;
    const before = this.#order;
    const work = deciding(this.#key, before, [event], appliedAt, new Map(), this.#keepBody);
    const { order, rejected } = yield* work;
    this.#order = order ?? before;
    if (rejected.length > 0) this.#unreadable ??= event.id;
    const moved = order !== null && order.position !== before?.position;
    if (outcome === 'applied' && !moved) this.#inversions += 1;
  }

  get order(): Order | null {
    return this.#order;
  }

  /** The first event that the current rules cannot read. */
  get unreadable(): EventId | null {
    return this.#unreadable;
  }

  get events(): number {
    return this.#ids.size;
  }

  /** Whether no event is missing from the first to the last. */
  get isWhole(): boolean {
    return this.#sequences.size === this.#ids.size && this.#last === this.#ids.size;
  }

  /**
   * What is wrong with the stored order.
   * @param order null: there is no document
   * @param rebuilt the order that it should be
   */
  compare(order: Order | null, rebuilt = this.#order): Checked {
    if (!order) return checked({ wrongState: this.#ids.size > 0 ? 1 : 0 });
    const damage = damageOf(order);
    if (damage.length > 0) return checked({ damaged: 1 }, [], damage);
    const unexplained = order.applied.filter(({ event }) => !this.#ids.has(event)).length;
    const repeated = this.#ids.size - this.#sequences.size;
    const differences = unexplained === 0 ? differencesFrom(rebuilt, order) : [];
    const findings = {
      appliedTwice: Math.max(0, order.sequence - this.#ids.size - unexplained) + repeated,
      inversions: this.#inversions,
      wrongState: differences.length > 0 ? 1 : 0,
      unexplained,
    };
    return checked(findings, differences);
  }
}

function differencesFrom(rebuilt: Order | null, stored: Order): Difference[] {
  if (rebuilt) return differencesOf(stored, rebuilt);
  return [{ field: 'order', stored: 'an order', rebuilt: null }];
}

function checked(
  findings: Partial<Findings>,
  differences: Difference[] = [],
  damage: string[] = [],
): Checked {
  return { findings: { ...NOTHING_WRONG, ...findings }, differences, damage };
}

export function damaged(because: string): Checked {
  return checked({ damaged: 1 }, [], [because]);
}
