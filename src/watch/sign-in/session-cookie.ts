import type { Request } from 'express';
import { cameByHttps } from './origin.ts';

/**
 * Over https the browser takes the name only with Secure and from this host itself: no neighbour under the same domain,
 * and nobody on an http page of it, can put a session of theirs in the place of ours. Over http there is no such name.
 */
const NAMES = { https: '__Host-lockstep_session', http: 'lockstep_session' } as const;
export const SESSION_COOKIE = NAMES.https;

/** Cookies of one name that are tried: a browser sends one for each path and domain that somebody set. */
const TRIED = 5;

/** What the session's cookies hold: several where somebody else has set one beside ours. */
export function sessionsOf(request: Request): string[] {
  const wanted = nameOf(cameByHttps(request));
  const given = (request.headers.cookie ?? '').split(';').map((part) => part.trim().split('=', 2));
  return given.flatMap(([name, value]) => (name === wanted && value ? [value] : [])).slice(0, TRIED);
}

/** No script reads it, no other site's page sends it, and over https it goes over https only. */
export function sessionCookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const flags = ['HttpOnly', 'SameSite=Strict', 'Path=/', ...(secure ? ['Secure'] : [])];
  const age = `Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  return [`${nameOf(secure)}=${value}`, age, ...flags].join('; ');
}

function nameOf(secure: boolean): string {
  return secure ? NAMES.https : NAMES.http;
}
