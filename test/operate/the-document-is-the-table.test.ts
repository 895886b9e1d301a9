import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/operate/api/route.ts';
import { ServedDashboard } from './served-dashboard.ts';

interface Operation {
  'x-role': string;
  'x-audited': boolean;
  security: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

describe("the API's document", () => {
  let dashboard: ServedDashboard;
  let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
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

  const operationOf = ({ method, path }: Route) => document.paths[path]?.[method];
  const namesIn = (place: string, route: Route) =>
    (operationOf(route)?.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name);
  const fieldsOf = (schema: Route['params']) =>
    Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});

  test('says the role of each route, and whether it is audited', () => {
    for (const route of dashboard.routes) {
      const operation = operationOf(route);
      expect([route.path, operation?.['x-role']]).toEqual([route.path, route.role]);
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
      const body = operationOf(route)?.requestBody?.content['application/json']?.schema;
      expect([route.path, body !== undefined]).toEqual([route.path, route.body !== undefined]);
    }
  });

  test('says what each route answers and refuses', () => {
    for (const route of dashboard.routes) {
      const { responses } = operationOf(route) ?? {};
      const type = route.stream ? 'text/event-stream' : 'application/json';
      expect(responses?.['200']?.content[type]?.schema).toBeTruthy();
      const statuses = Object.keys(responses ?? {});
      expect(statuses.includes('403') && statuses.includes('503')).toBe(true);
      expect([route.path, statuses.includes('429')]).toEqual([route.path, route.perMinute !== undefined]);
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
