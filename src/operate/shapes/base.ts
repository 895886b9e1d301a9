import { z } from 'zod';
import { asEventId, asOrderId, asShopOrNone, orderKey, type OrderKey } from '../../order/identity.ts';

/** The building blocks of the API's schemas. Pages and the command line import their types only. */

/** `2026-11-21T12:00:00.000Z`. */
export const instant = z.iso.datetime().describe('ISO 8601, UTC');
export const count = z.number().int().min(0);
export const milliseconds = z.number().describe('milliseconds');

/** A parameter that is checked once, here: its type says so from then on. */
export const checked = <Value>(longest: number, read: (text: string) => Value | null, otherwise: string) =>
  z
    .string()
    .max(longest)
    .transform((text, context) => {
      const value = read(text);
      if (value !== null) return value;
      context.addIssue({ code: 'custom', message: otherwise });
      return z.NEVER;
    });

export const shop = checked(253, asShopOrNone, 'not a valid shop domain').meta({
  description: 'domain of the shop',
  examples: ['example.myshopify.com'],
});
/** 1 to 19 digits, or `-` for events that name no order. */
const orderId = z
  .string()
  .max(19)
  .refine((text) => text === '-' || asOrderId(text) !== null, 'not an order id')
  .meta({ description: "Shopify's id of the order", examples: ['5820193456789'] });
/** SHA-256, 64 lower-case hex digits. */
export const eventId = checked(64, asEventId, 'not an event id: 64 lower-case hex digits');
/** The first digits of an event id, as lists show it. */
export const hashBegin = z
  .string()
  .regex(/^[0-9a-f]{4,64}$/, 'not the start of an event id: 4 to 64 lower-case hex digits');
export const webhookId = z.string().min(1).max(200);
export const topic = z.string().min(1).max(100);

/** The most rows of a page: 200 orders of 10 kB are 2 MB. */
export const LARGEST_PAGE = 200;
export const limit = z.coerce.number().int().min(1).max(LARGEST_PAGE);
/** Opaque to clients. Its contents are checked where it is used. */
export const cursor = z.string().max(1000).optional();
export const nextCursor = z
  .string()
  .nullable()
  .describe('where the next page starts; null: this is the last page');

/** A time as a client gives it; a date is its first moment in UTC. */
export const dateOrTime = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'not a date or an ISO 8601 time with a zone')
  .transform((text) => new Date(text));

/** A time as a client gives it, parsed to ms since 1970. */
export const since = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();

/** Every change says why. */
export const reason = z.string().trim().min(3, 'say why, in at least 3 characters').max(500);

export const orderPlace = z.strictObject({ shop, orderId });
export type OrderPlace = z.output<typeof orderPlace>;

export function keyOf({ shop: ofShop, orderId: id }: OrderPlace): OrderKey {
  return orderKey(ofShop, asOrderId(id));
}
