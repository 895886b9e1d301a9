import { z } from 'zod';
import { count, instant } from './base.ts';

const shopRow = z.object({
  shop: z.string(),
  waitingEvents: count,
  /** Events taken in this hour and the 24 before it, and their share of all shops' (0 to 1). */
  events24h: count,
  share: z.number(),
  lastEventAt: instant.nullable(),
});
export type ShopRow = z.infer<typeof shopRow>;
export const shopQuery = z.strictObject({ name: z.string().max(253).optional() });
export const shopList = z.object({
  shops: z.array(shopRow).describe('busiest first, 200 at most'),
  total: count,
});
export type ShopList = z.infer<typeof shopList>;
