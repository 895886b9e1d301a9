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

const KINDS = ['token', 'session', 'once'] as const;
export type Kind = (typeof KINDS)[number];

/** What a good token says. */
export interface Read {
  /** The first 16 hex digits of its SHA-256: 64 bits tell tokens apart, and tell nobody the token. */
  id: string;
  kind: Kind;
  name: string;
  role: Role;
  expiresAt: Date;
  /** Of a session: the id of the token or code that it was given for; revoked with it. */
  of: string | null;
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
  of?: string | null;
}

/** Mints a token. @param hours it is good for */
export async function mintToken(
  secret: string,
  { name, role, kind = 'token', of = null }: Claims,
  hours: number,
): Promise<string> {
  // With an id of its own: two minted in the same second for the same person are two, revoked one by one.
  const claims = { role, ...(kind === 'token' ? {} : { use: kind }), ...(of === null ? {} : { of }) };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(name)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000 + hours * 3600))
    .sign(new TextEncoder().encode(secret));
}

export async function readToken(secret: string, token: string): Promise<Reading> {
  const id = tokenId(token);
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      requiredClaims: ['exp', 'sub', 'role'],
    });
    return readClaims(id, payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { outcome: 'expired', id, name: error.payload.sub ?? '' };
    if (error instanceof errors.JOSEError) return { outcome: 'forged', id };
    throw error;
  }
}

export function tokenId(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

/** Of a payload whose signature, end and issuer are good. */
function readClaims(id: string, { sub: name, exp, role: given, use = 'token', of }: JWTPayload): Reading {
  const role = ROLES.find((each) => each === given);
  const kind = KINDS.find((each) => each === use);
  if (!role || !kind || name === undefined || exp === undefined) return { outcome: 'forged', id };
  const expiresAt = new Date(exp * 1000);
  return { outcome: 'good', id, kind, name, role, expiresAt, of: typeof of === 'string' ? of : null };
}
