import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { isRoleBound, ROLES, type Role } from './roles.ts';

/**
 * Tokens are JWTs, signed with OPS_JWT_SECRET. There are three kinds, and none is accepted as another: a
 * `token` goes in the Authorization header, a `session` in the cookie, and the code of a one-time link
 * (`once`) is only ever exchanged for a session. Only someone who knows the secret can make one; a modified
 * one is rejected (fails closed).
 */
const ALGORITHM = 'HS256';
const ISSUER = 'lockstep';
/** Of a token that is bound to shops: a version that does not know such tokens refuses it. */
const BOUND = 'lockstep-shops';
/** The latest time that a Date can hold, in seconds. */
const LAST_SECOND = 8_640_000_000_000;
/** A session lives at most this long; a revocation is kept at least this long, for sessions of the token. */
export const SESSION_HOURS = 12;

const KINDS = ['token', 'session', 'once'] as const;
export type TokenKind = (typeof KINDS)[number];

/** The contents of a valid token. */
export interface Read {
  /** See {@link tokenId}. */
  id: string;
  kind: TokenKind;
  name: string;
  role: Role;
  /** The shops that it is bound to; null: all. */
  shops: readonly string[] | null;
  expiresAt: Date;
  /** Ids of the tokens, links and sessions it comes from, oldest first: it is revoked with any of them. */
  line: string[];
  /** The first of these ids; its own id if there are none. */
  root: string;
  /** When its root expires: nothing made from it lives longer. Null: a link without a token behind it. */
  rootEndsAt: Date | null;
}

/** An expired token was ours, so its name is trusted. Nothing in a forged one is. */
export type TokenReading =
  | ({ outcome: 'good' } & Read)
  | { outcome: 'expired'; id: string; name: string }
  | { outcome: 'forged'; id: string };

interface TokenClaims {
  name: string;
  role: Role;
  kind?: TokenKind;
  /** The shops that it is bound to; null: all. */
  shops?: readonly string[] | null;
  /** What it comes from. */
  of?: { line: readonly string[]; rootEndsAt: Date };
}

/** Mints a token. @param hours how long it is valid */
export async function mintToken(
  secret: string,
  { name, role, kind = 'token', shops = null, of }: TokenClaims,
  hours: number,
): Promise<string> {
  // The random id makes two tokens for one person in the same second differ, so each can be revoked alone.
  const from = of ? { of: of.line, until: of.rootEndsAt.getTime() / 1000 } : {};
  const claims = { role, ...(kind === 'token' ? {} : { use: kind }), ...(shops && { shops }), ...from };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(shops ? BOUND : ISSUER)
    .setSubject(name)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000 + hours * 3600))
    .sign(new TextEncoder().encode(secret));
}

export async function readToken(secret: string, token: string): Promise<TokenReading> {
  const id = tokenId(token);
  if (!isCanonical(token)) return { outcome: 'forged', id };
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: [ISSUER, BOUND],
      requiredClaims: ['exp', 'sub', 'role'],
    });
    return readClaims(id, payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { outcome: 'expired', id, name: nameIn(error.payload) };
    if (error instanceof errors.JOSEError) return { outcome: 'forged', id };
    throw error;
  }
}

/**
 * The first 16 hex digits of the SHA-256 of the signed part: 64 bits distinguish tokens without revealing
 * them. Not of the whole text: base64url has several spellings of one signature, and each would count as a
 * token that is not revoked.
 */
export function tokenId(token: string): string {
  const end = token.lastIndexOf('.');
  const signed = end === -1 ? token : token.slice(0, end);
  return createHash('sha256').update(signed).digest('hex').slice(0, 16);
}

/** Header, claims, and the 32 bytes of an HMAC-SHA256. */
const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]{43}$/;

/** Whether it is in canonical form: no white space, no padding, no unused bits set. */
function isCanonical(token: string): boolean {
  if (!THREE_PARTS.test(token)) return false;
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

/**
 * Reads a payload whose signature, expiry, issuer and audience are valid. Another program with the same secret
 * may have signed anything, so a payload with other claims counts as forged.
 */
function readClaims(id: string, payload: JWTPayload): TokenReading {
  const { role: given, use = 'token' } = payload;
  const role = ROLES.find((each) => each === given);
  const kind = KINDS.find((each) => each === use);
  const name = nameIn(payload);
  const expiresAt = timeIn(payload.exp);
  const shops = shopsIn(payload);
  if (!role || !kind || name === '' || !expiresAt || shops === 'unreadable') return { outcome: 'forged', id };
  if (!isRoleBound(role, shops)) return { outcome: 'forged', id };
  const line = lineIn(payload);
  const [root = id] = line;
  const rootEndsAt = rootEnd(kind, payload);
  return { outcome: 'good', id, kind, name, role, shops, expiresAt, line, root, rootEndsAt };
}

/** Null: not bound. An unreadable binding must not count as null. */
function shopsIn({ aud, shops }: JWTPayload): readonly string[] | null | 'unreadable' {
  const isBound = [aud].flat().includes(BOUND);
  if (!isBound) return shops === undefined ? null : 'unreadable';
  if (!Array.isArray(shops) || shops.length === 0) return 'unreadable';
  return shops.every((shop) => typeof shop === 'string') ? shops : 'unreadable';
}

function lineIn({ of = [] }: JWTPayload): string[] {
  return [of].flat().map(String);
}

/** When the root expires. A token is its own root. */
function rootEnd(kind: TokenKind, { of, until, exp }: JWTPayload): Date | null {
  if (kind === 'once' && of === undefined) return null;
  return timeIn(until) ?? timeIn(exp);
}

function nameIn({ sub }: JWTPayload): string {
  return typeof sub === 'string' ? sub : '';
}

/** Null if it is not a valid time. */
function timeIn(seconds: unknown): Date | null {
  if (typeof seconds !== 'number' || !(Math.abs(seconds) <= LAST_SECOND)) return null;
  return new Date(seconds * 1000);
}
