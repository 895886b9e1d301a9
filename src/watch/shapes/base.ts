import { z } from 'zod';
import { asEventId, asOrderId, asShopOrNone } from '../../order/identity.ts';

/** What the shapes of the API are made of. Pages and the command line know them by type only. */

/** `2026-11-21T12:00:00.000Z`. */
export const instant = z.iso.datetime().describe('ISO 8601, UTC');
export const count = z.number().int().min(0);
export const milliseconds = z.number().describe('milliseconds');

export const shop = z
  .string()
  .max(253)
  .refine((text) => asShopOrNone(text) !== null, 'is no shop domain')
  .transform((text) => text.toLowerCase());
/** 1 to 19 digits, or `-` for what names no order. */
const orderId = z
  .string()
  .max(19)
  .refine((text) => text === '-' || asOrderId(text) !== null, 'is no order id');
/** SHA-256, 64 lower-case hex digits. */
export const eventId = z
  .string()
  .max(64)
  .refine((text) => asEventId(text) !== null, 'is no event: 64 lower-case hex digits');
/** Its first digits, as lists show it. */
export const hashBegin = z
  .string()
  .regex(/^[0-9a-f]{4,64}$/, 'is no begin of an event: 4 to 64 lower-case hex digits');
export const webhookId = z.string().min(1).max(200);
export const topic = z.string().min(1).max(100);

/** The most rows of a page: 200 orders of 10 kB are 2 MB. */
export const LARGEST_PAGE = 200;
export const limit = z.coerce.number().int().min(1).max(LARGEST_PAGE);
/** Of ours, not to be read; what stands in it is checked where it is used. */
export const cursor = z.string().max(1000).optional();
export const nextCursor = z.string().nullable().describe('where the next page begins; null: there is none');

/** A time as a client gives it; ms since 1970 inside. */
export const since = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();

/** Every change says why. */
export const reason = z.string().trim().min(3, 'say why, in three letters or more').max(500);

export const orderPlace = z.strictObject({ shop, orderId });
export type OrderPlace = z.infer<typeof orderPlace>;
