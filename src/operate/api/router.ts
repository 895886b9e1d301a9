import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import type { Act, AuditLog } from '../../persist/audit-log.ts';
import { TooSlow } from '../../system/within.ts';
import type { Caller, NotedAct } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import { mayActAs, refuseTooSmall, signedIn, type Guard } from '../sign-in/authorize.ts';
import { refuseUnlessOwn } from '../sign-in/guard.ts';
import { cameByHttps, ownOrigin } from '../sign-in/origin.ts';
import type { Refusals } from '../sign-in/refusals.ts';
import { Download } from './download.ts';
import { invalidInput, type Place } from './invalid-input.ts';
import { asStream } from './open-streams.ts';
import { asksForLines, sendLines } from './lines.ts';
import { changedInTime, inTime, limited } from './limits.ts';
import { refuseOutside } from './scope.ts';
import type { RouteInput, Exchange, Route } from './route.ts';

/** A thousand event ids are 67 kB. */
const LARGEST_BODY = 256 * 1024;

type AnyAsked = RouteInput<unknown, unknown, unknown>;

/** Serves a table of routes: authorization, input, audit, answer. Invalid input is a 400 that names it. */
export function routerOf(
  routes: readonly Route[],
  guard: Guard,
  audit: AuditLog,
  refusals: Refusals,
): Router {
  const router = express.Router();
  for (const route of routes) {
    const place = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](place, ...stepsBefore(route, guard), async (request, response, next) => {
      await refuseRole(route, request, response, refusals);
      await refuseOtherShops(route, request, response, refusals);
      if (route.stream) return void (await route.stream(request, response, next));
      const lines = asksForLines(request) ? route.lines : undefined;
      const send = async () => {
        const whoIs = () => guard.whoIs(request);
        if (lines) return await sendLines(lines(askedBy(route, request, response) as never), response, whoIs);
        const answer = await answered(route, request, response, audit);
        if (answer instanceof Download) await answer.send(response, whoIs);
        else response.json(answer);
      };
      if (!lines && !route.media) return await send();
      await asStream((response.locals.who as Caller | null)?.root ?? '', response, send);
    });
  }
  return router;
}

/** Identifies and limits the caller before the body is read, unless the limit needs the body. */
function stepsBefore(route: Route, guard: Guard): RequestHandler[] {
  const identify: RequestHandler = async (request, response, next) => {
    await signedIn(guard, request, response, route.role);
    next();
  };
  const limit = route.perMinute === undefined ? [] : [limited(route)];
  const body = route.body ? bodyReader(route) : [];
  return [identify, ...(route.countedFor ? [...body, ...limit] : [...limit, ...body])];
}

function bodyReader({ largestBody: limit = LARGEST_BODY, parseBody }: Route): RequestHandler[] {
  if (!parseBody) return [express.json({ limit })];
  const parsed: RequestHandler = (request, _response, next) => {
    if (Buffer.isBuffer(request.body)) request.body = parseBody(request.body);
    next();
  };
  return [express.raw({ limit, type: 'application/json' }), parsed];
}

/** Too low a role gets 403 before any other check. If the request would change something, the refusal is audited. */
async function refuseRole(route: Route, request: Request, response: Response, refusals: Refusals) {
  const who = response.locals.who as Caller | null;
  if (route.role === 'nobody' || (who && mayActAs(who.role, route.role))) return;
  const act = who && actOf(route, request, response);
  if (act) await refusals.write(who.root, act, `the role ${route.role} is needed`);
  refuseTooSmall(who, route.role);
}

/**
 * Refuses what a bound token may not do. As with a role, the refusal is audited if the request would change something.
 */
async function refuseOtherShops(route: Route, request: Request, response: Response, refusals: Refusals) {
  const who = response.locals.who as Caller | null;
  if (!who?.shops) return;
  const readInput = () => askedBy(route, request, response) as never;
  try {
    await inTime(route, refuseOutside(route.scope, who.shops, readInput));
  } catch (error) {
    const act = error instanceof Refusal && error.code !== 'bad_request' && actOf(route, request, response);
    if (act) await refusals.write(who.root, act, 'not about the shops of its token');
    throw error;
  }
}

/** The action that a request asks for; null if it is not audited or its input is invalid. */
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
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const exchange: Exchange = {
    origin: ownOrigin(request),
    https: cameByHttps(request),
    setCookie: (cookie) => void response.append('set-cookie', cookie),
    headers: (read('header', route.headers, request.headers) ?? {}) as Record<string, string>,
    gone: gone.signal,
  };
  return {
    params: read('path', route.params, request.params),
    query: read('query', route.query, request.query),
    body: read('body', route.body, request.body ?? {}),
    who: response.locals.who as Caller,
    exchange,
    act: { number: null, note: () => undefined },
  };
}

/** A change is audited before it is made: one that cannot be audited is not made. */
async function answered(
  route: Route,
  request: Request,
  response: Response,
  audit: AuditLog,
): Promise<unknown> {
  const asked = askedBy(route, request, response);
  const act = route.audit?.(asked as never) ?? null;
  if (!act) return await inTime(route, route.handle(asked as never));
  refuseUnlessOwn(request, asked.who);
  refuseIfGone(response);
  const entry = await begun({ ...act, ...actor(asked) }, audit);
  return await changedInTime(change(route, asked, entry, response, audit), entry);
}

async function change(
  route: Route,
  asked: AnyAsked,
  entry: number,
  response: Response,
  audit: AuditLog,
): Promise<unknown> {
  const notes: string[] = [];
  const act: NotedAct = { number: entry, note: (words) => void notes.push(words) };
  try {
    refuseIfGone(response);
    const done = await route.handle({ ...asked, act } as never);
    await audit.end(entry, 'done', [didOf(done) ?? [], ...notes].flat().join('; ') || null);
    return done;
  } catch (error) {
    const { outcome, detail } = endedBy(error);
    await audit.end(entry, outcome, detail);
    throw error;
  }
}

/** A caller that has disconnected assumes that nothing was done, and may have done something else. */
function refuseIfGone(response: Response): void {
  if (response.closed) throw new Refusal('unavailable', 'not done: the caller had disconnected');
}

async function begun(act: Act, audit: AuditLog): Promise<number> {
  try {
    return await audit.begin(act);
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    throw new Refusal(
      'unavailable',
      'MongoDB did not answer in time: the request was neither recorded in the audit log nor carried out',
    );
  }
}

/** `failed` if a server went down in the middle: the change may have been made. */
function endedBy(error: unknown): { outcome: 'refused' | 'failed'; detail: string } {
  if (error instanceof Refusal)
    return { outcome: error.code === 'unavailable' ? 'failed' : 'refused', detail: error.message };
  // An unexpected error may quote the data that it failed on: its name is enough here, the log has the rest.
  return { outcome: 'failed', detail: error instanceof Error ? error.name : 'an unknown error' };
}

function actor(asked: AnyAsked) {
  const { name, role, token, root } = asked.who;
  return { who: name, role, reason: reasonOf(asked), token, ...(root === token ? {} : { root }) };
}

function reasonOf({ body, query }: AnyAsked): string | null {
  const given = { ...(query as object), ...(body as object) } as { reason?: string };
  return given.reason ?? null;
}

/** What an answer says was done, in words. */
function didOf(done: unknown): string | null {
  return typeof done === 'object' && done !== null && 'did' in done ? String(done.did) : null;
}

function read(place: Place, schema: z.ZodType | undefined, given: unknown): unknown {
  if (!schema) return undefined;
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  throw invalidInput(place, reading.error.issues);
}
