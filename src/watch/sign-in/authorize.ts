import type { Request, RequestHandler, Response } from 'express';
import { Refusal } from '../api/refusal.ts';
import type { Asker } from '../api/route.ts';
import { ROLES, type Role } from '../shapes/tokens.ts';

/** Tells who a request is by. */
export interface Guard {
  /** Null where it brings no good token. @throws Refusal where another site's page asks for a change */
  whoIs: (request: Request) => Promise<Asker | null>;
}

/** Lets a request by whose token has the role: 401 without a good token, 403 with too small a role. */
export function authorize(guard: Guard, needed: Role | 'nobody'): RequestHandler {
  return async (request, response, next) => {
    const who = await signedIn(guard, request, response, needed);
    if (needed !== 'nobody') refuseTooSmall(who, needed);
    next();
  };
}

/** Who asks. @throws Refusal where somebody is needed and nobody is signed in */
export async function signedIn(
  guard: Guard,
  request: Request,
  response: Response,
  needed: Role | 'nobody',
): Promise<Asker | null> {
  const who = await guard.whoIs(request);
  response.locals.who = who;
  if (who || needed === 'nobody') return who;
  response.set('www-authenticate', 'Bearer');
  throw new Refusal('not_signed_in', 'a good token is needed');
}

/** @throws Refusal */
export function refuseTooSmall(who: Asker | null, needed: Role): void {
  if (!who || !mayActAs(who.role, needed)) throw new Refusal('forbidden', `the role ${needed} is needed`);
}

export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
