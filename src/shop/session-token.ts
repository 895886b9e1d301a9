import { isShop, type Shopify } from './shopify.ts';

const BEARER = /^Bearer ([\w.-]{1,4096})$/;

/**
 * The shop whose admin shows the page, as its session token says (App Bridge sends one with every request; it
 * lives a minute). Null for whatever is no valid token of this app: expired, of another app, `alg: none`, or
 * with an issuer that is not its shop.
 */
export async function shopOfSessionToken(
  authorization: string | undefined,
  shopify: Shopify,
): Promise<{ shop: string; token: string } | null> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (!token) return null;
  try {
    // The library takes one without an end; Shopify makes none.
    const { dest, iss, exp } = await shopify.session.decodeSessionToken(token);
    const { hostname: shop } = new URL(dest);
    return exp !== undefined && isShop(shop) && new URL(iss).hostname === shop ? { shop, token } : null;
  } catch {
    return null;
  }
}
