import type { Request } from 'express';
import type { TokenStore } from '../../persist/token-store.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { Guard } from './authorize.ts';
import { isOwnPage } from './origin.ts';
import { sessionsOf } from './session-cookie.ts';
import { readToken, type TokenKind, type Read } from '../../system/tokens.ts';

/**
 * Identifies the caller: by the Authorization header, else by the session cookie. A browser sends the cookie
 * even if a page of another origin triggers the request (SameSite lets other ports and subdomains through),
 * so such a request is refused, whatever its method (CSRF). A token in the header needs no such check:
 * another page cannot make a browser send it.
 */
export function guardOf(jwtSecret: string, store: TokenStore): Guard {
  const good = async (token: string, kind: TokenKind): Promise<Read | null> => {
    const reading = await readToken(jwtSecret, token);
    if (reading.outcome !== 'good' || reading.kind !== kind || store.isRevoked(reading)) return null;
    store.saw(reading);
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

/** The token in the Authorization header. Null without the header; '', never a valid token, for another scheme. */
function bearerOf({ headers: { authorization } }: Request): string | null {
  if (authorization === undefined) return null;
  return /^Bearer ([^\s]+)$/i.exec(authorization)?.[1] ?? '';
}

/**
 * If a browser does not say which page sends the request, a read passes: {@link refuseUnlessOwn} guards reads that write
 * something. Without a cookie, another site's page has no session to misuse, but its write is still refused: it
 * could sign the user in under another name.
 */
function refuseForeign(request: Request, withCookie: boolean): void {
  const looks = request.method === 'GET' || request.method === 'HEAD';
  if (looks && !withCookie) return;
  const own = isOwnPage(request);
  if (own === 'no' || (own === 'unknown' && withCookie && !looks)) throw foreign();
}

/** For a request that writes something, whatever its method, if it is signed in by cookie. @throws Refusal */
export function refuseUnlessOwn(request: Request, who: Caller | null): void {
  if (who?.by === 'session' && isOwnPage(request) !== 'yes') throw foreign();
}

function foreign(): Refusal {
  return new Refusal('forbidden', 'the request comes from another origin, or does not say from which');
}
