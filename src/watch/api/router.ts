import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { z } from 'zod';
import type { AuditLog } from '../../persist/audit-log.ts';
import { mayActAs, refuseTooSmall, signedIn, type Guard } from '../sign-in/authorize.ts';
import { cameByHttps, ownOrigin } from '../sign-in/origin.ts';
import { Refusal } from './refusal.ts';
import type { Asked, Asker, Exchange, Route } from './route.ts';

/** The largest body of a request: a pasted webhook of MAX_BODY_BYTES in base64 or as JSON's text. */
const LARGEST_BODY = '11mb';

type AnyAsked = Asked<unknown, unknown, unknown>;

/** Serves a table of routes: who may, what is asked, the audit, the answer. Bad input is a 400 that names it. */
export function routerOf(routes: readonly Route[], guard: Guard, audit: AuditLog): Router {
  const router = express.Router();
  for (const route of routes) {
    const place = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const identify: RequestHandler = async (request, response, next) => {
      await signedIn(guard, request, response, route.role);
      next();
    };
    const steps = [
      ...(route.perMinute === undefined ? [] : [limited(route.perMinute)]),
      identify,
      ...(route.body ? [express.json({ limit: LARGEST_BODY })] : []),
    ];
    router[route.method](place, ...steps, async (request, response, next) => {
      await refuseRole(route, request, response, audit);
      if (route.stream) await route.stream(request, response, next);
      else response.json(await audited(route, askedBy(route, request, response), audit));
    });
  }
  return router;
}

/** Counted per process and address: behind a proxy all share its own, which is the safe side. */
function limited(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    // A proxy's headers are not read, and that is meant.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: () => {
      throw new Refusal('too_many', `${perMinute} tries a minute are allowed: wait a minute`);
    },
  });
}

/** Too small a role is a 403, told before anything else of the request; where it would have changed something, it is audited. */
async function refuseRole(route: Route, request: Request, response: Response, audit: AuditLog) {
  const who = response.locals.who as Asker | null;
  if (route.role === 'nobody' || (who && mayActAs(who.role, route.role))) return;
  const act = who && actOf(route, request, response);
  if (act) {
    try {
      await audit.end(await audit.begin(act), 'refused', `the role ${route.role} is needed`);
    } catch {
      // Nothing was done: the refusal stands, also where it cannot be written down.
    }
  }
  refuseTooSmall(who, route.role);
}

/** What a request would have done; null where it cannot be told. */
function actOf(route: Route, request: Request, response: Response) {
  try {
    const asked = askedBy(route, request, response);
    const act = route.audit?.(asked as never);
    return act ? { ...act, ...actor(asked) } : null;
  } catch {
    return null;
  }
}

function askedBy(route: Route, request: Request, response: Response): AnyAsked {
  const exchange: Exchange = {
    origin: ownOrigin(request),
    https: cameByHttps(request),
    setCookie: (cookie) => void response.append('set-cookie', cookie),
  };
  return {
    params: read('', route.params, request.params),
    query: read('', route.query, request.query),
    body: read('', route.body, request.body ?? {}),
    who: response.locals.who as Asker,
    exchange,
  };
}

/** A change is written down before it is done: one that cannot be audited is not done. */
async function audited(route: Route, asked: AnyAsked, audit: AuditLog): Promise<unknown> {
  const act = route.audit?.(asked as never) ?? null;
  if (!act) return await route.handle(asked as never);
  const entry = await audit.begin({ ...act, ...actor(asked) });
  try {
    const done = await route.handle(asked as never);
    await audit.end(entry, 'done', didOf(done));
    return done;
  } catch (error) {
    // What a surprise says may quote what it failed on: its kind is enough here, the log has more.
    if (error instanceof Refusal) await audit.end(entry, 'refused', error.message);
    else await audit.end(entry, 'failed', error instanceof Error ? error.name : 'an error without a name');
    throw error;
  }
}

function actor(asked: AnyAsked) {
  return { who: asked.who.name, role: asked.who.role, reason: reasonOf(asked) };
}

function reasonOf({ body, query }: AnyAsked): string | null {
  const given = { ...(query as object), ...(body as object) } as { reason?: string };
  return given.reason ?? null;
}

/** What an answer says was done, in words. */
function didOf(done: unknown): string | null {
  return typeof done === 'object' && done !== null && 'did' in done ? String(done.did) : null;
}

function read(where: string, schema: z.ZodType | undefined, given: unknown): unknown {
  if (!schema) return undefined;
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  throw new Refusal('bad_request', reading.error.issues.map((issue) => issueText(issue, where)).join('; '));
}

function issueText(issue: z.core.$ZodIssue, where = ''): string {
  // A filter that is not known would otherwise show everything.
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: is no parameter of this request`;
  return `${[where, ...issue.path].filter(Boolean).join('.')}: ${issue.message}`;
}
