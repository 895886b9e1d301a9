import { z } from 'zod';
import type { Order } from './order.ts';
import { PART_KINDS } from './shapes.ts';

/**
 * What the rules rely on in a loaded order. If a document was changed by hand, this names the damaged fields in words.
 * Fields that are not listed may have any value.
 */
const text = z.string();
const number = z.number();
const memory = z.record(text, text);
const part = z.looseObject({ id: text, position: text, positions: memory.optional() });
const list = z.array(z.looseObject({}));
const parts = z.object({
  ...Object.fromEntries(PART_KINDS.map((kind) => [kind, z.array(part)])),
  refunds: z.array(part.extend({ lines: list, transactions: list })),
  fulfillments: z.array(part.extend({ lines: list })),
});
const external = z.record(
  text,
  z.looseObject({ data: z.looseObject({}), occurredAt: number, position: text }),
);
const change = z.looseObject({ occurredAt: number, appliedAt: number });

const SHAPE = z.looseObject({
  shop: text,
  orderId: text,
  version: number,
  name: text.nullable(),
  status: text,
  facts: z.looseObject({}),
  ends: z.looseObject({ cancelled: z.looseObject({ at: number }).nullable(), deletedAt: number.nullable() }),
  lines: z.array(z.looseObject({ id: text, quantity: z.int() })),
  whole: z
    .looseObject({ body: z.looseObject({}).nullable(), kept: text, bytes: number, position: text })
    .optional(),
  customers: z.array(text),
  parts,
  external: external.optional(),
  positions: memory.optional(),
  gone: z.looseObject({ lines: z.array(z.looseObject({})) }).optional(),
  snapshot: z.looseObject({ position: text, at: number, topic: text }).nullable(),
  position: text,
  furthest: z.looseObject({ topic: text, at: number }).nullable(),
  sequence: number,
  applied: z.array(z.looseObject({ event: text, sequence: number })),
  statusHistory: z.array(change),
  committed: z.looseObject({ version: number, events: list }).optional(),
  parkedEvents: number,
} satisfies Record<keyof Order, z.ZodType>);

/** Further fields add no information. */
const MOST = 10;

/** A sentence for each damaged field: `order.applied: expected a list, found text`. */
export function damageOf(order: Order): string[] {
  const reading = SHAPE.safeParse(order);
  if (reading.success) return [];
  return reading.error.issues.slice(0, MOST).map((issue) => {
    const found = issue.path.reduce<unknown>(
      (here, key) => (here as Record<PropertyKey, unknown>)[key],
      order,
    );
    const expected = issue.code === 'invalid_type' ? kindOf(issue.expected) : 'a different value';
    const field = fieldOf(issue.path);
    return `${field}: expected ${TIMES.test(field) ? 'a time' : expected}, found ${kindOf(typeOf(found))}`;
  });
}

/** Names of times: the rules have milliseconds. */
const TIMES = /(^|\.)(at|\w+At)$/;
/** These are stored beside the other fields. */
const FLAT: ReadonlySet<PropertyKey | undefined> = new Set(['parts', 'facts', 'ends']);

/** The field's name in a document. */
function fieldOf(path: readonly PropertyKey[]): string {
  const names = FLAT.has(path[0]) ? path.slice(1) : path;
  return path[1] === 'cancelled' ? 'order.cancelledAt' : ['order', ...names.map(String)].join('.');
}

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  null: 'nothing',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'text',
  undefined: 'nothing',
};

function kindOf(type: string): string {
  return KINDS[type] ?? `a ${type}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
