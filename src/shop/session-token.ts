import { isShop, type Shopify } from './shopify.ts';

const BEARER = /^Bearer ([\w.-]{1,4096})$/;

/**
 * The shop whose admin shows the page, according to its session token (App Bridge sends one with every
 * request; it lives a minute). null if it is not a valid token of this app: expired, of another app, with
 * `alg: none`, or with an issuer that is not its shop.
 */
export async function shopOfSessionToken(
  authorization: string | undefined,
  shopify: Shopify,
): Promise<{ shop: string; token: string } | null> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (!token) return null;
  try {
    // The library accepts tokens without an expiry; Shopify never makes any.
    const { dest, iss, exp } = await shopify.session.decodeSessionToken(token);
    const { hostname: shop } = new URL(dest);
    return exp !== undefined && isShop(shop) && new URL(iss).hostname === shop ? { shop, token } : null;
  } catch {
    return null;
  }
}
