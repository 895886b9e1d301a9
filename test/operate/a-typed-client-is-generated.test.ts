import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import openapiTS, { type OpenAPI3 } from 'openapi-typescript';
import { mintToken } from '../../src/system/tokens.ts';
import { journalEntry } from './journal-entry.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

/** What a team would write: finds an order, reads its timeline, and decides by the code of a problem. */
const CLIENT = `
import createClient from 'openapi-fetch';
import type { components, paths } from './lockstep.ts';

type Problem = components['schemas']['Problem'];

const { LOCKSTEP_URL = '', LOCKSTEP_TOKEN = '' } = process.env;
const api = createClient<paths>({
  baseUrl: LOCKSTEP_URL + '/api',
  headers: { authorization: 'Bearer ' + LOCKSTEP_TOKEN },
});

async function storyOf(name: string): Promise<string[]> {
  const found = await api.GET('/orders', { params: { query: { name, limit: 1 } } });
  if (found.error) return explained(found.error);
  const [order] = found.data.orders;
  if (!order) return [];
  const { shop, orderId, status } = order;
  const { data, error } = await api.GET('/orders/{shop}/{orderId}/timeline', {
    params: { path: { shop, orderId } },
  });
  if (error) return explained(error);
  return [status, ...data.entries.map(({ topic, outcome, because }) => [topic, outcome, because ?? ''].join(' '))];
}

function explained({ code, detail, errors = [] }: Problem): string[] {
  return code === 'bad_request' ? errors.map((each) => ('parameter' in each ? each.parameter : each.pointer)) : [detail];
}

console.log(JSON.stringify([await storyOf('#1001'), await storyOf('')]));
`;

type Document = OpenAPI3 & { components: { schemas: Record<string, { properties: object }> } };

/**
 * openapi-typescript 6 writes the types as text. Version 7 needs the API of TypeScript 5, which TypeScript 7 does not
 * have.
 */
describe('a typed client is generated from the document of the API', () => {
  let dashboard: ServedDashboard;
  let document: Document;
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-client-'));
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    document = (await dashboard.get('/api/openapi.json')).json as never;
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(path.join(folder, 'client.ts'), CLIENT);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await dashboard.stop();
  });

  /** What the compiler says about the client, with types from this document. */
  async function complaintsOver(of: Document): Promise<string> {
    writeFileSync(path.join(folder, 'lockstep.ts'), await openapiTS(of));
    const options =
      '--strict --noEmit --module nodenext --target es2024 --types node --allowImportingTsExtensions --skipLibCheck';
    const tsc = path.resolve('node_modules/.bin/tsc');
    return spawnSync(tsc, [...options.split(' '), 'client.ts'], { cwd: folder, encoding: 'utf8' }).stdout;
  }

  test('it compiles, and does what its types say', async () => {
    expect(await complaintsOver(document)).toBe('');
    await dashboard.commit([{ id: '5820193456789', name: '#1001' }]);
    await dashboard.collections.events.create(journalEntry('{"id":5820193456789}'));
    const token = await mintToken(JWT_SECRET, { name: 'client', role: 'viewer' }, 1);
    const env = { ...process.env, LOCKSTEP_URL: dashboard.url, LOCKSTEP_TOKEN: token };
    const story = await outputOf(path.join(folder, 'client.ts'), env);
    expect(JSON.parse(story)).toEqual([['created', expect.stringMatching(/^orders\/\w+ applied/)], ['name']]);
  });

  test.each([
    ['OrderPage', 'orders'],
    ['Order', 'orderId'],
    ['Timeline', 'entries'],
    ['TimelineEntry', 'outcome'],
    ['Problem', 'code'],
    ['Problem', 'errors'],
  ])('it no longer compiles if %s loses %s', async (schema, field) => {
    const changed = structuredClone(document);
    const { properties } = changed.components.schemas[schema] ?? { properties: {} };
    expect(Reflect.deleteProperty(properties, field)).toBe(true);
    expect(await complaintsOver(changed)).toContain(`'${field}'`);
  });
});

/** Not synchronous: the dashboard that it asks is in this process. */
async function outputOf(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(process.execPath, [program], { env })).stdout;
}
