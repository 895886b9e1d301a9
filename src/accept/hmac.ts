import { createHmac, timingSafeEqual } from 'node:crypto';

/** 32 bytes in canonical base64: the unused last bits are zero. */
const SIGNATURE = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether a text can be a signature at all. */
export function isSignature(text: string | null): text is string {
  return text !== null && SIGNATURE.test(text);
}

/**
 * Whether any of the secrets made Shopify's signature (P1): base64 of HMAC-SHA256 over the raw body. Tries
 * every secret, in constant time. Uses node:crypto, not @shopify/shopify-api, which is 26 times slower and
 * knows only one secret; a test proves that both agree. Fails closed.
 */
export function isAuthentic(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const claimed = Buffer.from(signature, 'base64');
  let authentic = false;
  for (const secret of secrets) {
    const digest = createHmac('sha256', secret).update(body).digest();
    if (digest.length === claimed.length && timingSafeEqual(digest, claimed)) authentic = true;
  }
  return authentic;
}
