import type { Request } from 'express';

const NAME = 'lockstep_session';

/** What the session's cookie holds; null without one. */
export function sessionOf({ headers: { cookie } }: Request): string | null {
  for (const part of cookie?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2);
    if (name === NAME && value) return value;
  }
  return null;
}

/** No script reads it, no other site's page sends it, and over https it goes over https only. */
export function sessionCookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const flags = ['HttpOnly', 'SameSite=Strict', 'Path=/', ...(secure ? ['Secure'] : [])];
  return [`${NAME}=${value}`, `Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`, ...flags].join('; ');
}
