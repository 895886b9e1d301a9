import { createHmac } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Config } from '../../system/config.ts';
import { doubtful, good, type Finding, type Probe } from './probe.ts';

/**
 * The minimum age of secrets. Redis keeps when each was first seen, under 8 hex digits derived from it: 32
 * bits of an HMAC identify a secret, and reveal nothing useful about one that cannot be guessed. If Redis was
 * emptied, secrets look younger, so the finding says "at least".
 */
export type Secrets = Partial<Record<(typeof NAMES)[number], string>>;

const NAMES = ['OPS_JWT_SECRET', 'SHOPIFY_API_SECRET', 'SHOPIFY_API_SECRET_PREVIOUS'] as const;

const DAY_MS = 86_400_000;
/** The doctor advises a new secret after this time. */
const OLD_DAYS = 365;
/** Shopify uses the new secret at once; a month with both is enough time to revoke the old one. */
const BOTH_DAYS = 30;

export function secretProbes(redis: Redis, key: string, secrets: Secrets): Probe[] {
  return Object.entries(secrets).map(([name, secret]) => ({
    name: `age of ${name}`,
    look: async () => ageFinding(name, Date.now() - (await firstSeen(redis, key, name, secret))),
  }));
}

/** Records secrets that are new. The dashboard does this when it starts, so that ages count from then. */
export async function seeSecrets(redis: Redis, key: string, secrets: Secrets): Promise<void> {
  for (const [name, secret] of Object.entries(secrets)) await firstSeen(redis, key, name, secret);
}

async function firstSeen(redis: Redis, key: string, name: string, secret: string): Promise<number> {
  const field = `${name}:${createHmac('sha256', secret).update(`age of ${name}`).digest('hex').slice(0, 8)}`;
  await redis.hsetnx(key, field, Date.now());
  return Number(await redis.hget(key, field));
}

export function ageFinding(name: string, ageMs: number): Finding {
  const days = Math.floor(ageMs / DAY_MS);
  const found = days < 1 ? 'first seen less than a day ago' : `at least ${days} day${days === 1 ? '' : 's'}`;
  if (name === 'SHOPIFY_API_SECRET_PREVIOUS' && days >= BOTH_DAYS)
    return doubtful(found, 'revoke the old secret at Shopify, and unset it here');
  return days >= OLD_DAYS
    ? doubtful(found, 'replace it: anyone who has ever seen it can still use it')
    : good(found);
}

/** Those of the settings that are set. */
export function secretsIn(config: Config): Secrets {
  const given = NAMES.map((name) => [name, config[name]]);
  return Object.fromEntries(given.filter(([, secret]) => secret !== undefined)) as Secrets;
}
