import { partsOf, trustedOrderKey } from '../order/identity.ts';

/** The shops that a token is bound to; null: it is not bound, and may see every shop. */
export type ShopBounds = readonly string[] | null;

export function isWithin(bounds: ShopBounds, shop: string): boolean {
  return bounds === null || bounds.includes(shop);
}

/** @param order `<shop>/<order id>` */
export function isOrderWithin(bounds: ShopBounds, order: string): boolean {
  return bounds === null || bounds.includes(partsOf(trustedOrderKey(order)).shop);
}

/** The shops that a list is about: the requested one, or all that the caller may see; undefined: every shop. */
export function shopsAsked(
  asked: string | undefined,
  bounds: ShopBounds,
): string | readonly string[] | undefined {
  return asked ?? bounds ?? undefined;
}
