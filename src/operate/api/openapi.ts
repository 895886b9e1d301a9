import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { SESSION_COOKIE } from '../sign-in/session-cookie.ts';
import { PROBLEMS } from '../../system/problems.ts';
import { problem } from '../shapes/problem.ts';
import { openApiDocument } from '../shapes/system.ts';
import { nameSchemas } from './named-schemas.ts';
import { route, type Route } from './route.ts';
import { scopeInWords } from './scope.ts';

/** The API's document, generated from the same table of routes that is served: the two cannot differ. */
type Document = Record<string, unknown>;

/** The areas of the API: the first part of a route's path. */
const AREAS: Record<string, string> = {
  audit: 'What operators did, as a chain of hashes.',
  changes: 'The change feed.',
  completeness: 'Orders of a period, counted here and at Shopify.',
  compliance: "Shopify's privacy requests.",
  config: 'The settings of the dashboard.',
  dedupe: 'Dedupe keys: whether an event was seen before.',
  destinations: 'Where effects go.',
  doctor: 'Checks of the installation.',
  effects: 'What orders set off at destinations.',
  'event-types': 'The types of events that other systems send.',
  events: 'What happened to each event, and new events of other systems.',
  exports: 'Orders, lines and the journal as files.',
  history: 'Figures of the last 15 minutes.',
  live: 'The status as a stream.',
  'load-tests': 'Reports of load tests.',
  locks: "Orders' locks and their holders.",
  mailboxes: 'Waiting events.',
  'openapi.json': 'This document.',
  orders: 'Orders, their histories, and rebuilding them.',
  parked: 'Events that could not be applied, and their replay.',
  queues: 'Queues of drain jobs.',
  reconciles: "Comparisons of shops' orders with Shopify's.",
  reports: 'Sales.',
  search: 'Finds orders and events.',
  session: 'Signing in and out.',
  shops: 'Shops: their traffic and installs.',
  status: 'The overall status.',
  tokens: 'Tokens for the API.',
  verify: 'Comparisons of orders with their journals.',
};

/** @param routes called when the document is requested, because the document's own route is one of them */
export function openApiRoute(routes: () => readonly Route[], version: () => Promise<string>): Route {
  let document: Document | null = null;
  return route({
    method: 'get',
    path: '/openapi.json',
    role: 'viewer',
    scope: 'own',
    about: 'This document. /docs shows it as a page.',
    answer: openApiDocument,
    handle: async () => (document ??= openApiOf(routes(), await version())),
  });
}

function openApiOf(routes: readonly Route[], version: string): Document {
  nameSchemas();
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
      tags: Object.entries(AREAS).map(([name, description]) => ({ name, description })),
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
    {
      allowEmptySchema: { unknown: true },
      override: ({ zodSchema, jsonSchema }) => keepExamples(zodSchema, jsonSchema),
    },
  );
  return document as unknown as Document;
}

/** For input that it transforms, zod drops the examples. Ours show what is sent, so they are kept. */
function keepExamples(schema: z.core.$ZodType, described: { examples?: unknown }): void {
  const examples = z.globalRegistry.get(schema)?.examples;
  if (examples) described.examples = examples;
}

function operationOf(each: Route): ZodOpenApiOperationObject {
  const types = each.media ?? [each.stream ? 'text/event-stream' : 'application/json'];
  return {
    operationId: `${each.method}${each.path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary: summaryOf(each),
    description: `${each.about}\n\n${neededBy(each)}`,
    tags: [each.path.split('/')[1] ?? ''],
    'x-role': each.role,
    'x-shops': typeof each.scope === 'string' ? each.scope : 'named',
    'x-audited': each.audit !== undefined,
    security: each.role === 'nobody' ? [] : [{ token: [] }, { session: [] }],
    requestParams: {
      ...asParameters('path', each.params),
      ...asParameters('query', each.query),
      ...asParameters('header', each.headers),
    },
    ...(each.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: each.body } } } }
      : {}),
    responses: {
      200: { description: each.about, content: { ...contentOf(types, each.answer), ...linesOf(each) } },
      ...refusalsOf(each),
    },
  } as ZodOpenApiOperationObject;
}

/** The first sentence of the description. */
function summaryOf({ about }: Route): string {
  return /^.*?[.:](?=\s|$)/s.exec(about)?.[0].slice(0, -1) ?? about;
}

function neededBy({ role, scope, audit }: Route): string {
  const who = role === 'nobody' ? 'Needs no token.' : `Needs the role ${role}. ${scopeInWords(scope)}`;
  return audit ? `${who} Recorded in the audit log.` : who;
}

/** The schema of a line is that of the items in the answer's list. */
function linesOf({ lines }: Route) {
  return lines ? { 'application/x-ndjson': { schema: z.record(z.string(), z.unknown()) } } : {};
}

function contentOf(types: readonly string[], schema: z.ZodType) {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

const hasInput = ({ params, query, body }: Route) => Boolean(params ?? query ?? body);

/** Statuses that only some routes answer. */
const ONLY_IF: readonly [number, (route: Route) => boolean][] = [
  [400, hasInput],
  [401, ({ role, body }) => role !== 'nobody' || body !== undefined],
  [404, hasInput],
  [405, () => false],
  [409, (each) => hasInput(each) && (each.audit ?? each.headers) !== undefined],
  [410, ({ lines }) => lines !== undefined],
  [413, ({ body }) => body !== undefined],
  [422, ({ headers }) => headers !== undefined],
  [429, ({ perMinute }) => perMinute !== undefined],
];

function refusalsOf(each: Route) {
  const never = new Set(ONLY_IF.filter(([, answers]) => !answers(each)).map(([status]) => status));
  const byStatus = Map.groupBy(Object.entries(PROBLEMS), ([, { status }]) => status);
  const kept = [...byStatus].filter(([status]) => !never.has(status));
  const content = { 'application/problem+json': { schema: problem } };
  return Object.fromEntries(
    kept.map(([status, problems]) => {
      const words = problems.map(([code, { about }]) => `\`${code}\`: ${about}`);
      return [status, { description: words.join('\n\n'), content }];
    }),
  );
}

/** @throws TypeError if a schema is not an object: the document would lack its parameters */
function asParameters(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined) {
  if (!schema) return {};
  if (schema instanceof z.ZodObject) return { [place]: schema };
  throw new TypeError(`the schema of ${place} parameters must be an object`);
}
