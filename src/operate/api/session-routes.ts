import type { Caller } from '../caller.ts';
import { bearer, onceMint, onceMinted, signedOut, signIn } from '../shapes/tokens.ts';
import { sessionCookie } from '../sign-in/session-cookie.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import { route, type Route } from './route.ts';

export interface SessionTools {
  sessions: Sessions;
}

/**
 * A person needs one attempt; guessing needs 2^256. An attempt with a token or link that we signed counts for
 * that token, so guesses from the same address (such as a proxy) lock no one out. All other attempts count
 * for the address.
 */
const TRIES_PER_MINUTE = 10;
/** A token is 4000 characters at most. */
const LARGEST_BODY = 8 * 1024;

/** Signing in and out, and who is signed in. */
export function sessionRoutes({ sessions }: SessionTools): Route[] {
  return [signInRoute(sessions), ...ownRoutes(sessions)];
}

function signInRoute(sessions: Sessions): Route {
  return route({
    method: 'post',
    path: '/session',
    role: 'nobody',
    scope: 'own',
    about: 'Signs in with a token or the code of a one-time link: sets a session cookie.',
    perMinute: TRIES_PER_MINUTE,
    largestBody: LARGEST_BODY,
    countedFor: async (body) => {
      const { success, data } = signIn.safeParse(body);
      return success ? await sessions.idOf(data) : null;
    },
    body: signIn,
    answer: bearer,
    handle: async ({ body, exchange }) => {
      const { cookie, name, role, shops, expiresAt } = await sessions.begin(body);
      const seconds = (expiresAt.getTime() - Date.now()) / 1000;
      exchange.setCookie(sessionCookie(cookie, seconds, exchange.https));
      return { name, role, shops: listed(shops), expiresAt: expiresAt.toISOString() };
    },
  });
}

/** Routes about the caller's own session. */
function ownRoutes(sessions: Sessions): Route[] {
  return [
    route({
      method: 'get',
      path: '/session',
      role: 'viewer',
      scope: 'own',
      about: 'Who is signed in, with which role, and until when.',
      answer: bearer,
      handle: ({ who }) =>
        Promise.resolve({
          name: who.name,
          role: who.role,
          shops: listed(who.shops),
          expiresAt: who.expiresAt.toISOString(),
        }),
    }),
    route({
      method: 'delete',
      path: '/session',
      role: 'nobody',
      scope: 'own',
      about: 'Signs out: ends the session and everything made from it, and deletes its cookie.',
      answer: signedOut,
      handle: async ({ who, exchange }) => {
        // First, so that the cookie is deleted even if the session cannot be ended now.
        exchange.setCookie(sessionCookie('', 0, exchange.https));
        const session = who as Caller | null;
        if (session?.by === 'session') await sessions.end(session);
        return { signedOut: true as const };
      },
    }),
    route({
      method: 'post',
      path: '/session/once',
      role: 'viewer',
      scope: 'own',
      about:
        'A one-time link that signs in as the caller: valid once, for 15 minutes. It ends with the token of the caller.',
      perMinute: TRIES_PER_MINUTE,
      body: onceMint,
      answer: onceMinted,
      audit: ({ who }) => ({ action: 'token.mint', target: `one-time link for ${who.name}` }),
      handle: async ({ who, exchange }) => {
        const { code, expiresAt } = await sessions.mintOnce(who);
        const url = `${exchange.origin}/sign-in#once=${code}`;
        return {
          code,
          url,
          expiresAt: expiresAt.toISOString(),
          did: 'a one-time link, valid until it is used or expires',
        };
      },
    }),
  ];
}

function listed(shops: Caller['shops']): string[] | null {
  return shops && [...shops];
}
