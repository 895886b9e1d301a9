import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/**
 * Signs a message as Standard Webhooks defines it (https://www.standardwebhooks.com): HMAC-SHA256 over
 * `<id>.<seconds>.<body>`, one signature for each secret, so that a secret can be replaced without a gap.
 * @param keys see {@link signingKey}
 */
export function signatureHeaders(
  { id, text }: { id: string; text: string },
  keys: readonly KeyObject[],
  now: number,
): Record<string, string> {
  const seconds = Math.floor(now / 1000);
  const signatures = keys.map((key) => `v1,${hmac(key, `${id}.${seconds}.${text}`)}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}

/** Made once per secret: to make a key from bytes takes Node longer than a signature. @param secret `whsec_<base64>` */
export function signingKey(secret: string): KeyObject {
  return createSecretKey(secret.slice(SECRET_PREFIX.length), 'base64');
}

function hmac(key: KeyObject, signed: string): string {
  return createHmac('sha256', key).update(signed).digest('base64');
}

const SECRET_PREFIX = 'whsec_';
/** Standard Webhooks allows 24 to 64 bytes. */
const SECRET_BYTES = { least: 24, most: 64, made: 32 } as const;

/** Why a secret cannot be used; null: it can. */
export function secretProblem(secret: string): string | null {
  if (!secret.startsWith(SECRET_PREFIX)) return `must start with ${SECRET_PREFIX}`;
  const text = secret.slice(SECRET_PREFIX.length);
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64').replaceAll('=', '') !== text.replaceAll('=', '')) return 'is not base64';
  const { least, most } = SECRET_BYTES;
  return key.length < least || key.length > most ? `must be ${least} to ${most} bytes in base64` : null;
}

export function makeSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES.made).toString('base64');
}
