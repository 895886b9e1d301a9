import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { ROLES, type Role } from '../shapes/tokens.ts';

/**
 * Tokens are JWTs, signed with OPS_JWT_SECRET. There are three kinds, and none passes for another: a `token` goes
 * in the Authorization header, a `session` in the cookie, and the code of a one-time link (`once`) is only ever
 * exchanged for a session. Only whoever knows the secret can make one; a changed one is not read (fails closed).
 */
const ALGORITHM = 'HS256';
const ISSUER = 'lockstep';
/** The last moment that a Date can tell, in seconds. */
const LAST_SECOND = 8_640_000_000_000;
/** A session lives so long at most; what is revoked is remembered so long at least, for what came of it. */
export const SESSION_HOURS = 12;

const KINDS = ['token', 'session', 'once'] as const;
export type Kind = (typeof KINDS)[number];

/** What a good token says. */
export interface Read {
  /** See {@link tokenId}. */
  id: string;
  /** The id that it had before ids came from what is signed: revocations of then name it. */
  formerId: string;
  kind: Kind;
  name: string;
  role: Role;
  expiresAt: Date;
  /** Ids of what it comes from, over links and sessions, the first one first: it is revoked with any of them. */
  line: string[];
  /** The first of that line; its own id where it comes from nothing. */
  root: string;
  /** When its root is over: nothing that comes of it lives longer. Null: a link with no token behind it. */
  rootEndsAt: Date | null;
}

/** An expired one was ours, and says whose; a forged one is not asked. */
export type Reading =
  | ({ outcome: 'good' } & Read)
  | { outcome: 'expired'; id: string; name: string }
  | { outcome: 'forged'; id: string };

interface Claims {
  name: string;
  role: Role;
  kind?: Kind;
  /** What it comes from. */
  of?: { line: readonly string[]; rootEndsAt: Date };
}

/** Mints a token. @param hours it is good for */
export async function mintToken(
  secret: string,
  { name, role, kind = 'token', of }: Claims,
  hours: number,
): Promise<string> {
  // With an id of its own: two minted in the same second for the same person are two, revoked one by one.
  const from = of ? { of: of.line, until: of.rootEndsAt.getTime() / 1000 } : {};
  const claims = { role, ...(kind === 'token' ? {} : { use: kind }), ...from };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(ISSUER)
    .setSubject(name)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000 + hours * 3600))
    .sign(new TextEncoder().encode(secret));
}

export async function readToken(secret: string, token: string): Promise<Reading> {
  const id = tokenId(token);
  if (!isCanonical(token)) return { outcome: 'forged', id };
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      requiredClaims: ['exp', 'sub', 'role'],
    });
    return readClaims({ id, formerId: hashOf(token) }, payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { outcome: 'expired', id, name: nameIn(error.payload) };
    if (error instanceof errors.JOSEError) return { outcome: 'forged', id };
    throw error;
  }
}

/**
 * The first 16 hex digits of the SHA-256 of what is signed: 64 bits tell tokens apart, and tell nobody the token. Not
 * of the whole text: base64url has several spellings of one signature, and each would be a token that nobody revoked.
 */
export function tokenId(token: string): string {
  const end = token.lastIndexOf('.');
  return hashOf(end === -1 ? token : token.slice(0, end));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Header, claims, and the 32 bytes of an HMAC-SHA256. */
const THREE_PARTS = /^[\w-]+\.[\w-]+\.[\w-]{43}$/;

/** Whether it is spelled as we spell it: no white space, no padding, no bits that count for nothing. */
function isCanonical(token: string): boolean {
  if (!THREE_PARTS.test(token)) return false;
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

/**
 * Of a payload whose signature, end and issuer are good. Whoever shares the secret may have signed anything: what is
 * not as we would have it is forged, and so is what is for somebody else. Tokens of before have no audience.
 */
function readClaims({ id, formerId }: Pick<Read, 'id' | 'formerId'>, payload: JWTPayload): Reading {
  const { role: given, use = 'token', aud = ISSUER } = payload;
  const role = ROLES.find((each) => each === given);
  const kind = KINDS.find((each) => each === use);
  const name = nameIn(payload);
  const expiresAt = timeIn(payload.exp);
  const isOurs = [aud].flat().includes(ISSUER);
  if (!role || !kind || name === '' || !expiresAt || !isOurs) return { outcome: 'forged', id };
  const line = lineIn(payload);
  const [root = id] = line;
  const rootEndsAt = rootEnd(kind, payload);
  return { outcome: 'good', id, formerId, kind, name, role, expiresAt, line, root, rootEndsAt };
}

/** Sessions of before name only the one that they come from. */
function lineIn({ of = [] }: JWTPayload): string[] {
  return [of].flat().map(String);
}

/** What came of a token before it said when that ends lives no longer than it does itself. */
function rootEnd(kind: Kind, { of, until, exp }: JWTPayload): Date | null {
  if (kind === 'once' && of === undefined) return null;
  return timeIn(until) ?? timeIn(exp);
}

function nameIn({ sub }: JWTPayload): string {
  return typeof sub === 'string' ? sub : '';
}

/** Null where it is no time. */
function timeIn(seconds: unknown): Date | null {
  if (typeof seconds !== 'number' || !(Math.abs(seconds) <= LAST_SECOND)) return null;
  return new Date(seconds * 1000);
}
