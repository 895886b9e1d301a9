import { errors, jwtVerify, SignJWT } from 'jose';

/** What a token allows. Each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const ALGORITHM = 'HS256';
const ISSUER = 'lockstep';

interface Bearer {
  name: string;
  role: Role;
}

/** Mints a token. @param hours it is good for */
export async function mintToken(secret: string, { name, role }: Bearer, hours: number): Promise<string> {
  return await new SignJWT({ role })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setSubject(name)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000 + hours * 3600))
    .sign(new TextEncoder().encode(secret));
}

/** Who bears a token; null where it is not ours, was changed, or is over. Fails closed. */
export async function readToken(secret: string, token: string): Promise<Bearer | null> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      requiredClaims: ['exp', 'sub', 'role'],
    });
    const role = ROLES.find((each) => each === payload.role);
    return role ? { name: payload.sub ?? '', role } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
