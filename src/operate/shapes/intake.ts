import { z } from 'zod';
import { isExternalType } from '../../order/external-types.ts';
import { asOrderId } from '../../order/identity.ts';
import { microsOf } from '../../order/instants.ts';
import { checked, instant, reason, shop } from './base.ts';

/** Events of other systems, and the types that admins register for them. */

/** A JSON object as it was sent: zod's own schemas for objects drop some keys. */
const json = (about: string) =>
  z
    .unknown()
    .refine(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'expected an object',
    )
    .meta({ type: 'object', description: about });

const type = z
  .string()
  .max(101)
  .refine(
    isExternalType,
    'expected `<source>/<name>` in lower case, with a source that is not one of Shopify’s',
  )
  .meta({ description: 'the type of the event: `<source>/<name>`', examples: ['wms/picked'] });

export const eventPost = z.strictObject({
  shop: shop.optional().describe('if the token is bound to one shop, it can be left out'),
  order: checked(19, asOrderId, 'not an order id').meta({
    description: "Shopify's id of the order",
    examples: ['5820193456789'],
  }),
  type,
  occurredAt: z.iso
    .datetime({ offset: true, abort: true })
    .refine((text) => microsOf(text) !== null, 'not a time since 1970')
    .optional()
    .describe('when it happened: its place in the sequence. Default: now'),
  data: json('what happened; it must fit the schema of the type, and is at most 64 kB'),
});

/** Characters that any header can carry; ids, UUIDs and hashes fit. */
export const eventHeaders = z.object({
  'idempotency-key': z
    .string('missing: the same key makes a repeated request safe')
    .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible ASCII characters')
    .meta({ description: 'names the event for its shop and source; repeat it to repeat the request' }),
});

export const eventTaken = z.object({
  outcome: z.enum(['accepted', 'duplicate']),
  event: z.string().describe('the id of the event'),
  order: z.string().describe('`<shop>/<order id>`'),
  type: z.string(),
  firstSeenAt: instant.nullable().describe('of a duplicate: when the key came first'),
});
export type EventTaken = z.infer<typeof eventTaken>;

const pointer = z
  .string()
  .max(300)
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'not a JSON Pointer such as `/boxes/*/weight`');

export const eventTypePlace = z
  .strictObject({ source: z.string().max(40), name: z.string().max(60) })
  .refine(({ source, name }) => isExternalType(`${source}/${name}`), {
    path: ['source'],
    message: 'not a type of another system: lower-case letters, digits, - and _; no source of Shopify’s',
  });
export const eventTypePut = z.strictObject({
  schema: json('JSON Schema of the data (2020-12, or draft-07 with its `$schema`), at most 64 kB'),
  public: z
    .array(pointer)
    .max(100)
    .default([])
    .describe(
      'JSON Pointers to data that is not private: all other data is masked. `*` stands for every member',
    ),
  reason,
});
export type EventTypePut = z.output<typeof eventTypePut>;

export const eventType = z.object({
  type: z.string(),
  schema: json('JSON Schema of the data'),
  public: z.array(z.string()).describe('JSON Pointers to data that is not private'),
  createdAt: instant,
  changedAt: instant,
  revision: z.number().int().describe('counts changes'),
});
export type EventType = z.infer<typeof eventType>;
export const eventTypeAnswer = eventType.extend({ did: z.string() });
export const eventTypeList = z.object({ types: z.array(eventType).describe('by name') });
