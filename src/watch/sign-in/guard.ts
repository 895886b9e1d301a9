import type { Request } from 'express';
import { Refusal } from '../api/refusal.ts';
import type { Asker } from '../api/route.ts';
import type { Guard } from './authorize.ts';
import { isOwnPage } from './origin.ts';
import { sessionsOf } from './session-cookie.ts';
import type { TokenBook } from './token-book.ts';
import { readToken, type Kind, type Read } from './tokens.ts';

/**
 * Tells who asks: by the Authorization header, else by the session's cookie. A browser sends the cookie also where
 * another page told it to ask (SameSite lets other ports and subdomains through): such a request is refused, whatever
 * its method (CSRF). Only a header's token needs no such check: no other page can make a browser send it.
 */
export function guardOf(jwtSecret: string, book: TokenBook): Guard {
  const good = async (token: string, kind: Kind): Promise<Read | null> => {
    const reading = await readToken(jwtSecret, token);
    if (reading.outcome !== 'good' || reading.kind !== kind || book.isRevoked(reading)) return null;
    book.saw(reading);
    return reading;
  };
  const firstGood = async (sessions: readonly string[]): Promise<Read | null> => {
    for (const session of sessions) {
      const read = await good(session, 'session');
      if (read) return read;
    }
    return null;
  };
  return {
    whoIs: async (request) => {
      const bearer = bearerOf(request);
      const cookies = bearer === null ? sessionsOf(request) : [];
      if (bearer === null) refuseForeign(request, cookies.length > 0);
      const read = bearer === null ? await firstGood(cookies) : await good(bearer, 'token');
      if (!read) return null;
      const { id: token, kind: _, ...who } = read;
      return { ...who, token, by: bearer === null ? 'session' : 'token' };
    },
  };
}

/** Null where there is no such header; what follows another scheme is no token. */
function bearerOf({ headers: { authorization } }: Request): string | null {
  if (authorization === undefined) return null;
  return /^Bearer ([^\s]+)$/i.exec(authorization)?.[1] ?? '';
}

/**
 * Where a browser does not say who asks, a look is let through: {@link refuseUnlessOwn} guards those that write.
 * Without a cookie there is nothing that a page could borrow, but it could sign somebody in as somebody else.
 */
function refuseForeign(request: Request, withCookie: boolean): void {
  const looks = request.method === 'GET' || request.method === 'HEAD';
  if (looks && !withCookie) return;
  const own = isOwnPage(request);
  if (own === 'no' || (own === 'unknown' && withCookie && !looks)) throw foreign();
}

/** For a request that writes something by the cookie, whatever its method. @throws Refusal */
export function refuseUnlessOwn(request: Request, who: Asker | null): void {
  if (who?.by === 'session' && isOwnPage(request) !== 'yes') throw foreign();
}

function foreign(): Refusal {
  return new Refusal('forbidden', 'asked by a page of another origin, or by none that says so');
}
