import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Shopify's signature (P1): base64 of HMAC-SHA256 over the raw body. With node:crypto, not with
 * @shopify/shopify-api, which is 26 times slower and knows one secret only; a test proves that both
 * agree. Fails closed.
 */
const SIGNATURE = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether a text can be a signature at all: 32 bytes in base64, in the one spelling that has no bits left over. */
export function isSignature(text: string | null): text is string {
  return text !== null && SIGNATURE.test(text);
}

/** Whether any of the secrets made the signature. Every secret is tried, in constant time. */
export function isAuthentic(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const claimed = Buffer.from(signature, 'base64');
  let authentic = false;
  for (const secret of secrets) {
    const digest = createHmac('sha256', secret).update(body).digest();
    if (digest.length === claimed.length && timingSafeEqual(digest, claimed)) authentic = true;
  }
  return authentic;
}
