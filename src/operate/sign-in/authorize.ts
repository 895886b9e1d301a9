import type { Request, RequestHandler, Response } from 'express';
import { MAY_ACT_AS, type Role } from '../../system/roles.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';

/** Identifies the caller of a request. */
export interface Guard {
  /** Null without a valid token. @throws Refusal if a page of another site asks for a change */
  whoIs: (request: Request) => Promise<Caller | null>;
}

/** Lets a request pass if its token has the role: 401 without a valid token, 403 if the role is too low. */
export function authorize(guard: Guard, needed: Role | 'nobody'): RequestHandler {
  return async (request, response, next) => {
    const who = await signedIn(guard, request, response, needed);
    if (needed !== 'nobody') refuseTooSmall(who, needed);
    next();
  };
}

/** The caller. @throws Refusal if a sign-in is required and there is none */
export async function signedIn(
  guard: Guard,
  request: Request,
  response: Response,
  needed: Role | 'nobody',
): Promise<Caller | null> {
  const who = await guard.whoIs(request);
  response.locals.who = who;
  if (who || needed === 'nobody') return who;
  response.set('www-authenticate', 'Bearer');
  throw new Refusal('not_signed_in', 'missing or invalid token');
}

/** @throws Refusal */
export function refuseTooSmall(who: Caller | null, needed: Role): void {
  if (!who || !mayActAs(who.role, needed)) throw new Refusal('forbidden', `the role ${needed} is needed`);
}

export function mayActAs(role: Role, needed: Role): boolean {
  const roles: readonly Role[] = MAY_ACT_AS[role];
  return roles.includes(needed);
}
