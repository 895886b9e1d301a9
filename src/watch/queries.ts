import { z } from 'zod';
import { asOrderId, asShopDomain, orderKey, type OrderKey } from '../order/identity.ts';
import { STATUSES } from '../order/status.ts';

/** The most orders of one page: 200 of 10 kB are 2 MB. */
const LARGEST_PAGE = 200;

const shop = z
  .string()
  .refine((text) => asShopDomain(text) !== null, 'is no shop domain')
  .transform((text) => text.toLowerCase())
  .optional();
const limit = z.coerce.number().int().min(1).max(LARGEST_PAGE);
const cursor = z
  .string()
  .max(1000)
  .transform((text) => Buffer.from(text, 'base64url').toString())
  .refine((text) => readKey(text) !== null, 'is no cursor of ours')
  .optional();

export const orderQuery = z.strictObject({
  shop,
  status: z.enum(STATUSES).optional(),
  name: z.string().min(1).max(100).optional(),
  limit: limit.default(50),
  cursor,
});

export const verifyQuery = z.strictObject({
  shop,
  /** ISO 8601. */
  since: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional(),
  limit: limit.default(LARGEST_PAGE),
  cursor,
});

/** A cursor as a client gets it: the last key, not to be read. */
export function cursorOf(key: string | null): string | null {
  return key === null ? null : Buffer.from(key).toString('base64url');
}

/** `<shop>/<order id>`; `-` stands for events that name no order. */
export function readKey(text: string): OrderKey | null {
  const [shopText = '', id, ...rest] = text.split('/');
  const shop = asShopDomain(shopText);
  if (!shop || rest.length > 0) return null;
  if (id === '-') return orderKey(shop, null);
  const orderId = asOrderId(id);
  return orderId ? orderKey(shop, orderId) : null;
}

export function issueText(issue: z.core.$ZodIssue): string {
  // A filter that is not known would otherwise show everything.
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: is no parameter of this request`;
  return `${issue.path.join('.')}: ${issue.message}`;
}
