import { z } from 'zod';
import { amountOf } from './decimal.ts';
import { isoOf } from './instants.ts';
import { namedItems } from './named-items.ts';

/** The values in Shopify's bodies. An error message names what is expected; read-body.ts turns it into a sentence. */
export const text = z.string('text').nullish();
const AN_ID = 'an id of 1 to 19 digits';
export const id = z
  .union([z.int(AN_ID).positive(AN_ID), z.string(AN_ID).regex(/^\d{1,19}$/, AN_ID)], AN_ID)
  .transform(String);
export const optionalId = id.nullish();
/** An issue with these `params` makes its value unknown (null) instead of unreadable: read-body.ts. */
export const UNKNOWN = { isUnknown: true } as const;
export const money = z
  .union([z.string(), z.number(), z.literal([Infinity, -Infinity])], 'text or a number')
  .transform((value, context) => {
    const amount = amountOf(String(value));
    if (amount === null && value !== '')
      context.addIssue({ code: 'custom', message: 'is not an amount', params: UNKNOWN });
    return amount;
  })
  .nullish();
/** A time, in UTC. */
const timeAs = (read: (text: string) => string | null) =>
  z
    .string('text')
    .transform((value, context) => {
      const instant = read(value);
      if (instant === null)
        context.addIssue({ code: 'custom', message: 'is not a time with a time zone', params: UNKNOWN });
      return instant;
    })
    .nullish();
export const time = timeAs(isoOf);
/** A webhook has a time; the Admin API has only a date, which is read as midnight in UTC. */
export const timeOrDate = timeAs((text) =>
  isoOf(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text),
);
/** The code of a country or a region; null if the value is not a code, as in a masked body. */
const CODE = /^[A-Z0-9-]{1,6}$/;
export const code = text.transform((value) => (value === undefined || CODE.test(value ?? '') ? value : null));
export const whole = z.int('a whole number').nullish();
export const yesOrNo = z.boolean('true or false').nullish();
export const objectOf = <Fields extends z.core.$ZodLooseShape>(fields: Fields) =>
  z.object(fields, 'an object');
/**
 * Shopify's lists have a few hundred items at most. Ten thousand are read in 0.1 s and add 2 MB to an order. A million
 * invalid items in 5 MB block a worker for 8 s, and a million valid ones make an order too large for MongoDB.
 */
const MAX_ITEMS = 10_000;
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown(), 'a list')
    .max(MAX_ITEMS, `a list of at most ${MAX_ITEMS} items`)
    .pipe(z.array(item))
    .nullable()
    .transform((value) => value ?? []);
export const optionalList = <Item extends z.ZodType>(item: Item) => listOf(item).optional();
/**
 * A list of items with ids. A slim body (include_fields with `line_items.sku`) may omit the ids. Then its items cannot
 * be matched, and the list counts as absent.
 * @param also other keys that identify an item
 */
export const namedList = <Item extends z.ZodType>(item: Item, ...also: string[]) =>
  z
    .array(z.unknown(), 'a list')
    .max(MAX_ITEMS, `a list of at most ${MAX_ITEMS} items`)
    .transform((items) => namedItems(items, ['id', ...also]))
    .pipe(z.array(item).optional())
    .nullable()
    .transform((value) => (value === null ? [] : value))
    .optional();
