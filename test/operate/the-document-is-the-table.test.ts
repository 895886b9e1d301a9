import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Route } from '../../src/operate/api/route.ts';
import { ServedDashboard } from './served-dashboard.ts';

interface Operation {
  'x-role': string;
  'x-shops': string;
  'x-audited': boolean;
  security: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
  summary: string;
  description: string;
  tags: string[];
}

interface Named {
  description?: string;
  examples?: unknown[];
}

describe("the API's document", () => {
  let dashboard: ServedDashboard;
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    tags: { name: string }[];
    components: { schemas: Record<string, Named> };
  };
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    document = (await dashboard.get('/api/openapi.json')).json as never;
  });
  afterAll(() => dashboard.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );

  test('has every route of the table, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    const routes = dashboard.routes.map(({ method, path }) => `${method} ${path}`);
    expect(routes.length).toBeGreaterThan(40);
    expect(
      operations()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(routes.toSorted());
  });

  const mediaOf = ({ media, stream }: Route) => media ?? [stream ? 'text/event-stream' : 'application/json'];
  const operationOf = ({ method, path }: Route) => document.paths[path]?.[method];
  const namesIn = (place: string, route: Route) =>
    (operationOf(route)?.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name);
  const fieldsOf = (schema: Route['params']) =>
    Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});

  test('says the role of each route, what a bound token may do with it, and whether it is audited', () => {
    for (const route of dashboard.routes) {
      const operation = operationOf(route);
      expect([route.path, operation?.['x-role']]).toEqual([route.path, route.role]);
      const shops = typeof route.scope === 'string' ? route.scope : 'named';
      expect([route.path, operation?.['x-shops']]).toEqual([route.path, shops]);
      expect([route.path, operation?.['x-audited']]).toEqual([route.path, route.audit !== undefined]);
      expect(operation?.security.length).toBe(route.role === 'nobody' ? 0 : 2);
    }
  });

  test('says what each route takes', () => {
    for (const route of dashboard.routes) {
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(namesIn('path', route)).toEqual(inPath);
      expect(namesIn('path', route)).toEqual(fieldsOf(route.params));
      expect(namesIn('query', route)).toEqual(fieldsOf(route.query));
      expect(namesIn('header', route)).toEqual(fieldsOf(route.headers));
      const body = operationOf(route)?.requestBody?.content['application/json']?.schema;
      expect([route.path, body !== undefined]).toEqual([route.path, route.body !== undefined]);
    }
  });

  test('says what each route answers and refuses', () => {
    for (const route of dashboard.routes) {
      const { responses = {} } = operationOf(route) ?? {};
      const content = Object.entries(responses['200']?.content ?? {});
      const types = [...mediaOf(route), ...(route.lines ? ['application/x-ndjson'] : [])];
      expect(content).toEqual(types.map((type) => [type, { schema: expect.anything() }]));
      const statuses = Object.keys(responses);
      expect(statuses.includes('403') && statuses.includes('503')).toBe(true);
      expect([route.path, statuses.includes('429')]).toEqual([route.path, route.perMinute !== undefined]);
    }
  });

  test('names the schema of each answer, body and problem', () => {
    const { schemas } = document.components;
    for (const { name, operation } of operations()) {
      const { requestBody, responses } = operation;
      const contents = [...(requestBody ? [requestBody] : []), ...Object.values(responses)].map(
        ({ content }) => Object.values(content)[0]?.schema as { $ref?: string } | undefined,
      );
      for (const schema of contents) {
        const [, id = ''] = /^#\/components\/schemas\/(\w+)$/.exec(schema?.$ref ?? '') ?? [];
        expect([name, id, id in schemas]).toEqual([name, expect.stringMatching(/./), true]);
      }
      const { 200: _good, ...refusals } = responses;
      for (const { content } of Object.values(refusals))
        expect(Object.keys(content)).toEqual(['application/problem+json']);
    }
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Order', 'Event', 'Problem', 'Timeline']));
  });

  test('describes each named schema, operation and area; each example has exactly the shape it stands for', () => {
    const schemas = Object.entries(document.components.schemas);
    for (const [name, { description = '' }] of schemas)
      expect([name, description]).toEqual([name, expect.stringMatching(/^.{15,}$/)]);
    const found = schemas.map(([name, { examples }]) => [name, problemIn(name, examples?.[0])]);
    expect(found.filter(([, problem]) => problem !== null)).toEqual([]);
    const areas = document.tags.map(({ name }) => name);
    for (const { operation } of operations()) {
      expect(operation.summary.length).toBeLessThan(160);
      expect(operation.description).toMatch(/Needs (the role|no token)/);
      expect(areas).toEqual(expect.arrayContaining(operation.tags));
    }
  });

  test('names each operation once', () => {
    const names = operations().map(
      ({ operation }) => (operation as unknown as { operationId: string }).operationId,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/);
  });
});

/** Why the example is not of the named shape, or has fields that the shape lacks; null: it fits. */
function problemIn(name: string, example: unknown): string | null {
  const schema = z.globalRegistry._idmap.get(name);
  if (!schema || example === undefined) return 'no example';
  const reading = z.safeParse(schema, example);
  if (!reading.success) return JSON.stringify(reading.error.issues);
  const [asked, read] = [example, reading.data].map((each) => Object.keys(each as object));
  const lost = asked?.filter((field) => !read?.includes(field)) ?? [];
  return lost.length === 0 ? null : `fields that the shape lacks: ${lost.join(', ')}`;
}
