import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog } from '../../src/system/log.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { onError } from '../../src/operate/api/on-error.ts';
import { safeHeaders } from '../../src/operate/headers.ts';
import { httpServer } from '../../src/health/serve.ts';
import { LoadTestReports } from '../../src/operate/web/load-test-reports.ts';
import { pagesRouter } from '../../src/operate/web/serve-browser.ts';
import { http } from '../support/http.ts';
import { ServedDashboard } from './served-dashboard.ts';

const HTML = { accept: 'text/html,application/xhtml+xml' };

describe('the pages', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-pages-'));
  const built = path.join(folder, 'pages');
  let url = '';
  let server: Component;
  beforeAll(async () => {
    mkdirSync(path.join(built, 'assets'), { recursive: true });
    writeFileSync(path.join(built, 'index.html'), '<html><head><title>x</title></head></html>');
    writeFileSync(path.join(built, 'assets', 'main-abc123.js'), 'export {};');
    writeFileSync(path.join(built, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(path.join(folder, 'secret.txt'), 'not for you');
    const app = express().use(safeHeaders());
    app.use('/missing', pagesRouter(path.join(folder, 'none')));
    app.use(pagesRouter(built), onError(createLog('test', 'silent')));
    server = httpServer('pages', app, 0, (port) => (url = `http://127.0.0.1:${port}`), '127.0.0.1');
    await server.start?.();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(['/', '/orders', '/orders/example.myshopify.com/1', '/queues', '/sign-in?back=%2Forders'])(
    '%s is the page, which does its own routing',
    async (place) => {
      const { status, text, headers } = await http(`${url}${place}`, { headers: HTML });
      expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
      expect(text).toContain('<title>x</title>');
    },
  );

  test('each response has a nonce of its own, in its policy and in its meta element; no inline code runs without it', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const { text, headers } = await http(`${url}/`, { headers: HTML });
      const nonce = /<meta property="csp-nonce" nonce="([^"]{22,})" \/>/.exec(text)?.[1] ?? '';
      nonces.add(nonce);
      expect(String(headers['content-security-policy']).split('; ').toSorted()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
      ]);
    }
    expect(nonces.size).toBe(3);
  });

  test('/index.html redirects to the page', async () => {
    const { status, headers } = await http(`${url}/index.html`, { headers: HTML });
    expect([status, headers.location]).toEqual([308, './']);
  });

  test('a file named by its contents is cached forever, the page itself never', async () => {
    const { status, headers } = await http(`${url}/assets/main-abc123.js`);
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(headers['content-type']).toMatch(/javascript/);
    expect((await http(`${url}/icon.svg`)).status).toBe(200);
  });

  test('a missing file is not answered with the page, even to a browser that accepts one', async () => {
    expect((await http(`${url}/assets/main-old.js`, { headers: HTML })).status).toBe(404);
    expect((await http(`${url}/orders`)).status).toBe(404);
    expect((await http(`${url}/orders`, { method: 'POST', headers: HTML })).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/assets/\0/secret.txt',
  ])('%j does not lead out of the folder', async (place) => {
    const { status, text } = await http(`${url}${encodeURI(place).replaceAll('%25', '%')}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('not for you');
  });

  test('newly built pages are served without a restart', async () => {
    const index = path.join(built, 'index.html');
    writeFileSync(index, '<html><head><title>newer</title></head></html>');
    utimesSync(index, new Date(), new Date(Date.now() + 5000));
    expect((await http(`${url}/`, { headers: HTML })).text).toContain('newer');
  });

  test('if the pages are not built, the answer says how to build them', async () => {
    const { status, text } = await http(`${url}/missing/`, { headers: HTML });
    expect([status, text]).toEqual([503, expect.stringContaining('npm run build:pages')]);
  });
});

describe('around the pages', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());

  test("the API's answers are not cached, framed or sniffed, send no referrer, and load nothing", async () => {
    const { headers } = await dashboard.get('/api/status');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  test.each(['/healthz', '/readyz', '/metrics'])('the same holds for %s', async (place) => {
    const { status, headers } = await http(`${dashboard.url}${place}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  test('the folder of the reports does not reveal where this program runs', async () => {
    const { json } = await dashboard.get('/api/load-tests');
    expect(json.looked).toMatch(/^the newest 100 reports in \.lockstep\/load-tests/);
    const none = await dashboard.get('/load-tests/flash-sale-2026-11-21T09-32-59.html');
    expect(none.text).not.toContain(process.cwd());
  });

  test('a page that requires a sign-in redirects there, and back afterwards', async () => {
    const { status, headers } = await http(`${dashboard.url}/docs?x=1`, { headers: HTML });
    expect([status, headers.location]).toEqual([303, '/sign-in?back=%2Fdocs%3Fx%3D1']);
  });

  test.each(['/docs', '/queues/raw', '/queues/raw/queue/drains'])(
    '%s is a page with files of this server only',
    async (place) => {
      const { status, text, headers } = await dashboard.get(place);
      expect(status).toBe(200);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; ");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
      expect(text).not.toMatch(/(?:src|href)="https?:/);
      // Inline scripts would not run.
      expect([...text.matchAll(/<script(?![^>]*(src=|application\/json))/g)]).toEqual([]);
    },
  );

  test('every script of the API page exists', async () => {
    const { text } = await dashboard.get('/docs');
    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBe(3);
    for (const file of files) expect([file, (await dashboard.get(file)).status]).toEqual([file, 200]);
  });

  test('raw jobs are shown', async () => {
    const { status, json } = await dashboard.get(
      '/queues/raw/api/queues?activeQueue=drains&page=1&jobsPerPage=10',
    );
    expect(status).toBe(200);
    expect((json.queues as { readOnlyMode: boolean }[]).map(({ readOnlyMode }) => readOnlyMode)).toEqual([
      true,
    ]);
  });

  test.each(['PUT', 'POST', 'PATCH', 'DELETE'])(
    'raw jobs are read-only: %s is a 405 for everyone',
    async (method) => {
      const { status, headers } = await dashboard.as('admin', '/queues/raw/api/queues/drains/pause', method);
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    },
  );
});

describe('reports of load tests', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-reports-'));
  const reports = new LoadTestReports(folder);
  let url = '';
  let server: Component;
  const write = (name: string, kept: boolean) => {
    const verdict = { kept, sentence: `${name} was run` };
    const json = JSON.stringify({ startedAt: '2026-11-21T09:32:59.000Z', verdict, samples: [] });
    writeFileSync(path.join(folder, `${name}.json`), json);
  };
  beforeAll(async () => {
    write('flash-sale-2026-11-21T09-32-59', true);
    writeFileSync(path.join(folder, 'flash-sale-2026-11-21T09-32-59.html'), '<script>alert(1)</script>');
    write('growth-2026-11-21T10-00-00', false);
    writeFileSync(path.join(folder, 'compare-2026-11-21T11-00-00.json'), '{"startedAt":');
    writeFileSync(path.join(folder, 'notes.json'), '{}');
    writeFileSync(path.join(folder, 'notes.html'), 'private');
    mkdirSync(path.join(folder, 'odd-2026-11-21T12-00-00.json'));
    const app = express().use(safeHeaders()).use('/load-tests', reports.pages());
    app.use(onError(createLog('test', 'silent')));
    server = httpServer('reports', app, 0, (port) => (url = `http://127.0.0.1:${port}`), '127.0.0.1');
    await server.start?.();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test('are listed newest first; damaged ones are skipped, and it says so', async () => {
    const { reports: found, looked } = await reports.list();
    expect(found.map(({ name, kept, report }) => [name, kept, report])).toEqual([
      ['growth-2026-11-21T10-00-00', false, null],
      ['flash-sale-2026-11-21T09-32-59', true, '/load-tests/flash-sale-2026-11-21T09-32-59.html'],
    ]);
    expect(looked).toContain('2 that cannot be read were skipped');
  });

  test('a link is not followed out of the folder', async () => {
    const outside = path.join(mkdtempSync(path.join(tmpdir(), 'lockstep-outside-')), 'secret');
    const report = { startedAt: '2026-11-21T13:00:00.000Z', verdict: { kept: true, sentence: 'of another' } };
    writeFileSync(outside, JSON.stringify(report));
    const name = 'flash-sale-2026-11-21T13-00-00';
    for (const end of ['html', 'json']) symlinkSync(outside, path.join(folder, `${name}.${end}`));
    expect((await fetch(`${url}/load-tests/${name}.html`)).status).toBe(404);
    expect((await reports.list()).reports.map((each) => each.name)).not.toContain(name);
    for (const end of ['html', 'json']) rmSync(path.join(folder, `${name}.${end}`));
  });

  test('without a load test there are no reports', async () => {
    expect((await new LoadTestReports(path.join(folder, 'none')).list()).reports).toEqual([]);
  });

  test('only the newest hundred are listed', async () => {
    const many = mkdtempSync(path.join(tmpdir(), 'lockstep-reports-'));
    for (let i = 0; i < 130; i += 1) {
      const name = `flash-sale-2026-11-21T09-${String(i % 60).padStart(2, '0')}-${String(Math.floor(i / 60)).padStart(2, '0')}`;
      const verdict = { kept: true, sentence: '' };
      const json = JSON.stringify({ startedAt: '2026-11-21T09:32:59.000Z', verdict });
      writeFileSync(path.join(many, `${name}.json`), json);
    }
    const { reports: found } = await new LoadTestReports(many).list();
    expect([found.length, found[0]?.name]).toEqual([100, 'flash-sale-2026-11-21T09-59-01']);
    rmSync(many, { recursive: true });
  });

  test('a report is shown in a sandbox without scripts', async () => {
    const { status, headers } = await http(`${url}/load-tests/flash-sale-2026-11-21T09-32-59.html`);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(
      /^sandbox; default-src 'none'; style-src 'unsafe-inline'/,
    );
  });

  test.each([
    'notes.html',
    'growth-2026-11-21T10-00-00.html',
    'flash-sale-2026-11-21T09-32-59.json',
    '..%2fflash-sale-2026-11-21T09-32-59.html',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    'flash-sale-2026-11-21T09-32-59.html%00.html',
  ])('%s is not a report: 404', async (file) => {
    expect((await http(`${url}/load-tests/${file}`)).status).toBe(404);
  });
});
