import type { Request } from 'express';
import { cameByHttps } from './origin.ts';

/**
 * Over https, browsers accept a `__Host-` cookie only with Secure and from the host itself, so neither
 * another host of the domain nor an http page can replace the session. Browsers refuse this prefix over http,
 * where the name has none.
 */
const NAMES = { https: '__Host-lockstep_session', http: 'lockstep_session' } as const;
export const SESSION_COOKIE = NAMES.https;

/** How many cookies of this name are tried: a browser sends one for each path and domain that set one. */
const TRIED = 5;

/** The values of the session cookies: several if another page of the domain has set one, too. */
export function sessionsOf(request: Request): string[] {
  const wanted = nameOf(cameByHttps(request));
  const given = (request.headers.cookie ?? '').split(';').map((part) => part.trim().split('=', 2));
  return given.flatMap(([name, value]) => (name === wanted && value ? [value] : [])).slice(0, TRIED);
}

/** Scripts cannot read it, pages of other sites cannot send it, and a secure one is sent over https only. */
export function sessionCookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const flags = ['HttpOnly', 'SameSite=Strict', 'Path=/', ...(secure ? ['Secure'] : [])];
  const age = `Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  return [`${nameOf(secure)}=${value}`, age, ...flags].join('; ');
}

function nameOf(secure: boolean): string {
  return secure ? NAMES.https : NAMES.http;
}
