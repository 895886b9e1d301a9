import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { SESSION_COOKIE } from '../sign-in/session-cookie.ts';
import { route, type Route } from './route.ts';

/** The API's document, generated from the same table of routes that is served: the two cannot differ. */
type Document = Record<string, unknown>;

const problem = z.object({ error: z.string() }).meta({ id: 'Problem' });
const REFUSALS = {
  400: 'malformed request or invalid parameter; the message names it',
  401: 'missing or invalid token',
  403: 'the role is too low, or the request comes from another origin',
  404: 'not found; the message says what was searched',
  409: 'the state has changed since it was shown, or confirmation is needed',
  413: 'the body is too large',
  429: 'too many requests; Retry-After says when to retry',
  503: 'internal error, or a server that it needs is down',
} as const;

/** @param routes called when the document is requested, because the document's own route is one of them */
export function openApiRoute(routes: () => readonly Route[], version: () => Promise<string>): Route {
  let document: Document | null = null;
  return route({
    method: 'get',
    path: '/openapi.json',
    role: 'viewer',
    about: 'This document. /docs shows it as a page.',
    answer: z.record(z.string(), z.unknown()),
    handle: async () => (document ??= openApiOf(routes(), await version())),
  });
}

function openApiOf(routes: readonly Route[], version: string): Document {
  const paths: ZodOpenApiPathsObject = {};
  for (const each of routes) paths[each.path] = { ...paths[each.path], [each.method]: operationOf(each) };
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Lockstep',
        version,
        description:
          'Inspect and control a running Lockstep. Every change needs a reason and is recorded in the audit log.',
      },
      servers: [{ url: '/api' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: 'over http: without the prefix `__Host-`',
          },
        },
      },
      paths,
    },
    // Answers are described as they are sent. A client may receive fields that are newer than itself.
    { allowEmptySchema: { unknown: true } },
  );
  return document as unknown as Document;
}

function operationOf(each: Route): ZodOpenApiOperationObject {
  const type = each.stream ? 'text/event-stream' : 'application/json';
  return {
    operationId: `${each.method}${each.path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary: each.about,
    tags: [each.path.split('/')[1] ?? ''],
    'x-role': each.role,
    'x-audited': each.audit !== undefined,
    security: each.role === 'nobody' ? [] : [{ token: [] }, { session: [] }],
    requestParams: { ...asParameters('path', each.params), ...asParameters('query', each.query) },
    ...(each.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: each.body } } } }
      : {}),
    responses: {
      200: { description: each.about, content: { [type]: { schema: each.answer } } },
      ...refusalsOf(each),
    },
  } as ZodOpenApiOperationObject;
}

function refusalsOf(each: Route) {
  const takes = each.params ?? each.query ?? each.body;
  const never = new Set([
    ...(takes ? [] : [400, 404, 409]),
    ...(each.audit ? [] : [409]),
    ...(each.role === 'nobody' && !each.body ? [401] : []),
    ...(each.body ? [] : [413]),
    ...(each.perMinute === undefined ? [429] : []),
  ]);
  const kept = Object.entries(REFUSALS).filter(([status]) => !never.has(Number(status)));
  const content = { 'application/json': { schema: problem } };
  return Object.fromEntries(kept.map(([status, description]) => [status, { description, content }]));
}

/** @throws TypeError if a schema is not an object: the document would lack its parameters */
function asParameters(place: 'path' | 'query', schema: z.ZodType | undefined) {
  if (!schema) return {};
  if (schema instanceof z.ZodObject) return { [place]: schema };
  throw new TypeError(`the schema of ${place} parameters must be an object`);
}
