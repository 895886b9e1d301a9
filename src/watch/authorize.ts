import type { RequestHandler } from 'express';
import { mayActAs, readToken, type Role } from './tokens.ts';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Lets a request by whose token has the role: 401 without a good token, 403 with too small a role. */
export function authorize(secret: string, needed: Role): RequestHandler {
  return async (request, response, next) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const bearer = token ? await readToken(secret, token) : null;
    if (!bearer) {
      response.set('www-authenticate', 'Bearer').status(401).json({ error: 'a good token is needed' });
    } else if (!mayActAs(bearer.role, needed)) {
      response.status(403).json({ error: `the role ${needed} is needed` });
    } else {
      response.locals.role = bearer.role;
      next();
    }
  };
}
