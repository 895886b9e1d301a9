import type { Memory } from './known.ts';

/** Fields that record where other fields come from. They are not shown. */
const MEMORY: ReadonlySet<string> = new Set(['position', 'positions', 'gone']);

/** A thing as it is shown: without the record of where its fields come from. */
export function withoutMemory<Thing extends object>(thing: Thing): Omit<Thing, keyof Memory | 'position'> {
  const shown: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(thing))
    if (!MEMORY.has(field)) shown[field] = Array.isArray(value) ? value.map(shownItem) : value;
  return shown as Omit<Thing, keyof Memory | 'position'>;
}

function shownItem(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? withoutMemory(item) : item;
}
