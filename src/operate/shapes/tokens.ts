import { z } from 'zod';
import { ROLES } from '../../system/roles.ts';
import { instant, reason, shop } from './base.ts';

/** For pages, which know only shapes. */
export type { Role } from '../../system/roles.ts';

const boundTo = z
  .array(z.string())
  .nullable()
  .describe('the only shops that it may see and change; null: all');

export const bearer = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  shops: boundTo,
  expiresAt: instant,
});
export type Bearer = z.infer<typeof bearer>;

/** A token, or the code of a one-time link. */
export const signIn = z.union([
  z.strictObject({ token: z.string().min(1).max(4000) }),
  z.strictObject({ once: z.string().min(1).max(4000) }),
]);

export const tokenRow = z.object({
  id: z.string().describe('the first 16 hex digits of the SHA-256 of its signed part'),
  name: z.string(),
  role: z.enum(ROLES).nullable().describe('null: revoked before its first use'),
  shops: boundTo,
  kind: z
    .enum(['token', 'session', 'once'])
    .describe('session: of a signed-in page; once: a used one-time link'),
  root: z.string().nullable().describe('the token that it comes from, and ends with; null: it is the first'),
  firstSeenAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
});
export type TokenRow = z.infer<typeof tokenRow>;
const newest = z.array(tokenRow).describe('newest first, 200 at most');
export const tokenList = z.object({
  tokens: newest,
  sessions: newest.describe('sessions and used one-time links, newest first, 200 at most'),
});
export type TokenList = z.infer<typeof tokenList>;

/** A token and its session must fit into a header and a cookie: 20 shops take 1 to 2 kB. */
const MOST_SHOPS = 20;

export const tokenMint = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  shops: z
    .array(shop)
    .min(1)
    .max(MOST_SHOPS)
    .refine((shops) => new Set(shops).size === shops.length, 'names a shop twice')
    .optional()
    .describe('the only shops that it may see and change; if absent, those of your own token'),
  hours: z
    .number()
    .positive()
    .max(24 * 366)
    .default(12),
  reason,
});
export const tokenMinted = z.object({
  token: z.string().describe('shown now and never again'),
  id: z.string(),
  shops: boundTo,
  expiresAt: instant,
  did: z.string(),
});
export type TokenMinted = z.infer<typeof tokenMinted>;
export const tokenPlace = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/, 'not a token id: 16 hex digits'),
});

/** A request for a one-time link that signs in as the caller. */
export const onceMint = z.strictObject({ reason: reason.optional() });
export const onceMinted = z.object({
  code: z.string(),
  url: z.string().describe('open it in a browser: valid once, until expiresAt'),
  expiresAt: instant,
  did: z.string(),
});
export type OnceMinted = z.infer<typeof onceMinted>;
export const signedOut = z.object({ signedOut: z.literal(true) });
