import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problem } from '../../src/operate/shapes/problem.ts';
import { PROBLEMS, type ProblemCode } from '../../src/system/problems.ts';
import { mintToken } from '../../src/system/tokens.ts';
import type { HttpAnswer } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const RELEASE = '/api/locks/example.myshopify.com/5820193456789/release';

describe('errors of the API are problem details (RFC 9457)', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => (dashboard = await ServedDashboard.start()));
  afterAll(() => dashboard.stop());

  test.each<[string, ProblemCode, () => Promise<HttpAnswer>]>([
    ['an invalid parameter', 'bad_request', () => dashboard.get('/api/orders?limit=0')],
    ['an invalid cursor', 'bad_request', () => dashboard.get('/api/orders?cursor=x')],
    ['text that is not valid', 'bad_request', () => dashboard.get('/api/orders/%ff/1')],
    ['no token', 'not_signed_in', () => dashboard.getWith('/api/orders', null)],
    ['too low a role', 'forbidden', () => dashboard.get('/api/tokens')],
    ['an unknown order', 'not_found', () => dashboard.get('/api/orders/example.myshopify.com/404')],
    ['an unknown route', 'not_found', () => dashboard.get('/api/no-such-route')],
    ['an unknown address outside the API', 'not_found', () => dashboard.get('/no-such-page')],
    ['a change of raw jobs', 'method_not_allowed', () => dashboard.as('admin', '/queues/raw', 'PUT')],
    ['a large body', 'too_large', () => dashboard.post(RELEASE, { token: 'x'.repeat(300_000) })],
  ])('%s: %s', async (_case, code, ask) => {
    const { status, headers, json } = await ask();
    const { title } = PROBLEMS[code];
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect({ answered: status, ...problem.strict().parse(json) }).toMatchObject({
      answered: PROBLEMS[code].status,
      status: PROBLEMS[code].status,
      title,
      code,
      error: json.detail,
    });
  });

  test('too many requests: too_many, and when to retry', async () => {
    const authorization = `Bearer ${await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer' }, 1)}`;
    const ask = () => dashboard.tell('/api/dedupe/lookup', {}, { authorization });
    const last = (await Promise.all(Array.from({ length: 31 }, ask))).find(({ status }) => status === 429);
    expect(last?.json.code).toBe('too_many');
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('invalid parts of a body are named by their JSON pointers', async () => {
    const { json } = await dashboard.post('/api/parked/discards', {
      which: { events: ['x'] },
      'a/b': 1,
      reason: 'no',
    });
    const pointers = (json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.toSorted()).toEqual(['#/a~1b', '#/reason', '#/which/events']);
  });

  test('the type of every problem leads to a page about its code', async () => {
    const { status, text } = await dashboard.get('/docs/problems');
    expect(status).toBe(200);
    for (const code of Object.keys(PROBLEMS)) expect(text).toContain(`<dt id="${code}">`);
    const { json } = await dashboard.get('/api/orders?limit=0');
    expect(json.type).toBe('/docs/problems#bad_request');
  });
});
