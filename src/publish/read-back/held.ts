/** An order as the other side has it. */
export interface Held {
  key: string;
  version: number;
  /** Where the page with it is read again; null: pages have no cursor, or it is on the first. */
  cursor: string | null;
}

/** The other side cannot be read, or what it answers cannot be used. The message has nothing of its data. */
export class ReadBackProblem extends Error {
  override readonly name = 'ReadBackProblem';
}

/** Where a reading begins. */
export interface From {
  after: string | null;
  cursor: string | null;
}

/**
 * Checks that keys ascend, so that a comparison needs neither side in memory, and pages that repeat themselves end.
 * @throws ReadBackProblem
 */
export async function* ascending(held: AsyncIterable<Held>, after: string | null): AsyncGenerator<Held> {
  let last: string | null = null;
  for await (const each of held) {
    if (last !== null && each.key <= last)
      throw new ReadBackProblem('its orders are not sorted by key, or one appears twice');
    last = each.key;
    if (after === null || each.key > after) yield each;
  }
}

/** One order of a page, read from JSON. @throws ReadBackProblem */
export function heldOf(value: unknown, cursor: string | null): Held {
  const { key, version } = (value ?? {}) as Record<string, unknown>;
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY)
    throw new ReadBackProblem('an order has no `key` as text');
  if (typeof version !== 'number' || !Number.isSafeInteger(version))
    throw new ReadBackProblem('an order has no `version` as a whole number');
  return { key, version, cursor };
}

const LONGEST_KEY = 300;
