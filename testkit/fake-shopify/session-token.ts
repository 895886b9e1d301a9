import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';

/** Session tokens of each kind that tests need: valid ones, and ones that must be refused. */
export type SessionTokenKind =
  'good' | 'expired' | 'endless' | 'not_yet' | 'other_app' | 'other_secret' | 'other_issuer' | 'unsigned';

const LIFE_SECONDS = 60;
const MINUTES_5 = 300;

export interface SessionTokenFacts {
  shop: string;
  apiKey: string;
  apiSecret: string;
  /** The merchant's user. */
  userId?: number;
}

/** What App Bridge gives to an embedded page: a JWT (HS256) that is valid for a minute. */
export function sessionToken(facts: SessionTokenFacts, kind: SessionTokenKind = 'good'): string {
  const { shop, apiKey, apiSecret, userId = 42 } = facts;
  const now = Math.floor(Date.now() / 1000) + skewOf(kind);
  const issuer = kind === 'other_issuer' ? 'another.myshopify.com' : shop;
  const claims = {
    iss: `https://${issuer}/admin`,
    dest: `https://${shop}`,
    aud: kind === 'other_app' ? 'another-app' : apiKey,
    sub: String(userId),
    exp: kind === 'endless' ? undefined : now + LIFE_SECONDS,
    nbf: now,
    iat: now,
    jti: randomUUID(),
    sid: randomBytes(32).toString('hex'),
  };
  const signed = `${encoded({ alg: kind === 'unsigned' ? 'none' : 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  if (kind === 'unsigned') return `${signed}.`;
  const secret = kind === 'other_secret' ? `not ${apiSecret}` : apiSecret;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function skewOf(kind: SessionTokenKind): number {
  if (kind === 'expired') return -MINUTES_5;
  return kind === 'not_yet' ? MINUTES_5 : 0;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Whether Shopify would exchange it: signed by this app, for this app and shop, and currently valid. */
export async function isGoodSessionToken(token: string, facts: SessionTokenFacts): Promise<boolean> {
  const { shop, apiKey, apiSecret } = facts;
  const checks = { algorithms: ['HS256'], audience: apiKey, issuer: `https://${shop}/admin` };
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(apiSecret), checks);
    return payload.dest === `https://${shop}` && payload.exp !== undefined;
  } catch {
    return false;
  }
}
