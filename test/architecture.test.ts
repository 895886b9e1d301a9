import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  floorsOf,
  importsOf,
  isProgram,
  loadedFrom,
  roomOf,
  roomsOf,
  PUBLISH_PACKAGES,
  tableOf,
  type Row,
} from './support/imports.ts';

const OF_ACCEPT = ['ajv', 'ajv-formats', 'express', 'piscina'];
/**
 * Which folder may import which: one row per folder of src/, and per folder of operate/. A folder may always import
 * itself. `operate` stands for the files directly in operate/.
 */
const FOLDERS: Record<string, Row> = {
  accept: { uses: ['order', 'system'], knows: ['deposit', 'persist'], npm: OF_ACCEPT, npmKnows: [] },
  compliance: { uses: ['order', 'persist', 'system'], knows: ['lock'], npm: [], npmKnows: ['ioredis'] },
  /** Assembles the programs, and constructs what they use. Only programs import it. */
  compose: {
    uses: [
      'accept',
      'compliance',
      'deposit',
      'drain',
      'handle',
      'health',
      'lock',
      'operate',
      'operate/api',
      'operate/doctor',
      'operate/reports',
      'operate/sign-in',
      'operate/status',
      'operate/steering',
      'operate/stories',
      'operate/web',
      'order',
      'persist',
      'publish',
      'reconcile',
      'shop',
      'system',
    ],
    knows: [],
    npm: ['express'],
    npmKnows: ['ioredis', 'mongoose'],
  },
  deposit: {
    uses: ['order', 'system'],
    knows: ['lock', 'persist'],
    npm: ['bullmq', 'cockatiel'],
    npmKnows: ['ioredis'],
  },
  drain: {
    uses: ['lock', 'order', 'system'],
    knows: ['deposit', 'persist'],
    npm: ['bullmq'],
    npmKnows: ['ioredis'],
  },
  /** Handlers: the user's own code, and the processes in which it runs. */
  handle: { uses: ['order', 'system'], knows: [], npm: ['zod'], npmKnows: [] },
  /** What every program needs: health, metrics, and serving HTTP. */
  health: {
    uses: ['system'],
    knows: ['persist'],
    npm: ['express'],
    npmKnows: ['bullmq', 'ioredis', 'mongoose'],
  },
  lock: { uses: ['system'], knows: [], npm: ['redlock'], npmKnows: ['ioredis'] },
  /** The command line, an HTTP client that may run on another machine: it has neither Redis nor MongoDB. */
  ops: {
    uses: ['order', 'system'],
    knows: ['operate/shapes'],
    npm: ['cli-progress', 'commander', 'hyparquet-writer'],
    npmKnows: [],
  },
  order: { uses: [], knows: [], npm: ['zod'], npmKnows: [] },
  /** Runs in the browser: of the server, it knows only the shapes of answers. */
  browser: {
    uses: [],
    knows: ['operate/shapes', 'order'],
    npm: [
      '@mantine/core',
      '@mantine/hooks',
      '@tabler/icons-react',
      '@tanstack/react-query',
      'react',
      'react-dom',
      'uplot',
      'vite',
      'wouter',
    ],
    npmKnows: [],
  },
  persist: { uses: ['order', 'system'], knows: [], npm: ['mongoose', 'zod'], npmKnows: [] },
  publish: {
    uses: ['handle', 'lock', 'order', 'persist', 'system'],
    knows: [],
    npm: PUBLISH_PACKAGES,
    npmKnows: ['ioredis'],
  },
  reconcile: {
    uses: ['order', 'persist', 'shop', 'system'],
    knows: ['deposit', 'lock'],
    npm: ['zod'],
    npmKnows: [],
  },
  shop: {
    uses: ['order', 'persist', 'system'],
    knows: ['drain', 'lock'],
    npm: ['@shopify/shopify-api', 'express', 'express-rate-limit', 'zod'],
    npmKnows: ['ioredis', 'mongoose'],
  },
  system: {
    uses: [],
    knows: ['order'],
    npm: ['ioredis', 'jose', 'lz4-napi', 'mongoose', 'pino', 'pino-pretty', 'prom-client', 'zod'],
    npmKnows: [],
  },
  operate: { uses: ['order', 'system'], knows: [], npm: [], npmKnows: ['express'] },
  'operate/api': {
    uses: [
      'operate',
      'operate/reports',
      'operate/shapes',
      'operate/sign-in',
      'operate/status',
      'operate/steering',
      'operate/stories',
      'order',
      'persist',
      'system',
    ],
    knows: ['accept', 'compliance', 'deposit'],
    npm: ['express', 'express-rate-limit', 'zod', 'zod-openapi'],
    npmKnows: ['bullmq', 'ioredis'],
  },
  'operate/doctor': {
    uses: ['health', 'system'],
    knows: ['operate/shapes', 'persist'],
    npm: [],
    npmKnows: ['bullmq', 'ioredis', 'mongoose'],
  },
  /** Sums over many orders. */
  'operate/reports': {
    uses: ['operate', 'order', 'persist', 'system'],
    knows: ['operate/shapes'],
    npm: [],
    npmKnows: ['mongoose'],
  },
  /** The API's parameters and answers: its types are all that pages and the command line know. */
  'operate/shapes': { uses: ['order', 'system'], knows: [], npm: ['zod'], npmKnows: [] },
  'operate/sign-in': {
    uses: ['operate', 'system'],
    knows: ['persist'],
    npm: [],
    npmKnows: ['express'],
  },
  'operate/status': {
    uses: ['health', 'operate', 'system'],
    knows: ['operate/shapes', 'operate/sign-in', 'persist'],
    npm: [],
    npmKnows: ['bullmq', 'express', 'ioredis', 'mongoose'],
  },
  'operate/steering': {
    uses: ['health', 'operate', 'operate/stories', 'order', 'persist', 'system'],
    knows: ['deposit', 'lock', 'operate/shapes'],
    npm: [],
    npmKnows: ['ioredis'],
  },
  'operate/stories': {
    uses: ['operate', 'order', 'persist', 'system'],
    knows: ['deposit', 'operate/shapes'],
    npm: [],
    npmKnows: ['ioredis'],
  },
  /** The dashboard's HTTP: the API and the pages. Only compose/ imports it. */
  'operate/web': {
    uses: ['health', 'operate', 'operate/api', 'operate/sign-in', 'system'],
    knows: ['operate/shapes', 'persist'],
    npm: ['@bull-board/api', '@bull-board/express', 'compression', 'express', 'swagger-ui-dist', 'zod'],
    npmKnows: ['bullmq'],
  },
};

function broken(file: string, source: string): string[] {
  if (isProgram(file)) return [];
  const room = roomOf(file);
  const row = FOLDERS[room];
  if (!row) return [`${file}: add a row for ${room} to FOLDERS`];
  return importsOf(file, source).flatMap(({ target, name, kind, typesOnly }) => {
    if (kind === 'node') return room === 'order' ? [`${file} must not do I/O (${target})`] : [];
    const [values, types] = kind === 'folder' ? [row.uses, row.knows] : [row.npm, row.npmKnows];
    if (name === null || values.includes(name) || (typesOnly && types.includes(name))) return [];
    return [`${file} may not import ${typesOnly ? 'types' : 'values'} from ${name}`];
  });
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
  .filter((name) => /(?<!\.d)\.tsx?$/.test(name));

describe('architecture', () => {
  test('every folder has a row, and every row has a folder', () => {
    expect(roomsOf().toSorted()).toEqual(Object.keys(FOLDERS).toSorted());
  });

  test.each([
    ['src/order/x.ts', `import mongoose from 'mongoose';`],
    ['src/order/x.ts', `import { readFile } from 'node:fs/promises';`],
    ['src/order/x.ts', `import type { RedisKeys } from '../system/redis-keys.ts';`],
    ['src/accept/x.ts', `import { Mailbox } from '../deposit/mailbox.ts';`],
    ['src/accept/x.ts', `import { type Mailbox, mailbox } from '../deposit/mailbox.ts';`],
    ['src/accept/x.ts', `import {\n  mailbox,\n} from '../deposit/mailbox.ts';`],
    ['src/accept/x.ts', `export type A = string;\nimport { mailbox } from '../deposit/mailbox.ts';`],
    ['src/accept/x.ts', `import '../persist/collections.ts';`],
    ['src/compose/x.ts', `import { Redis } from 'ioredis';`],
    ['src/deposit/x.ts', `import { Redis } from 'ioredis';`],
    ['src/drain/x.ts', `const m = await import('../accept/ingest-app.ts');`],
    ['src/drain/x.ts', `import { backoffMs } from '../deposit/queues.ts';`],
    ['src/ops/x.ts', `import { Redis } from 'ioredis';`],
    ['src/ops/x.ts', `import mongoose from 'mongoose';`],
    ['src/ops/x.ts', `import { Queue } from 'bullmq';`],
    ['src/ops/x.ts', `import type { Redis } from 'ioredis';`],
    ['src/ops/x.ts', `import { tokenRow } from '../operate/shapes/tokens.ts';`],
    ['src/persist/x.ts', `export { a } from '../health/checks.ts';`],
    ['src/operate/cursors.ts', `import type { Route } from './api/route.ts';`],
    ['src/operate/shapes/x.ts', `import { Refusal } from '../refusal.ts';`],
    ['src/operate/sign-in/x.ts', `import type { Route } from '../api/route.ts';`],
    ['src/operate/stories/x.ts', `import { Redis } from 'ioredis';`],
    ['src/operate/elsewhere/x.ts', ``],
    ['src/operate/x.ts', `import { ingest } from '../ingest.ts';`],
    ['src/operate/x.ts', `import { composeWorker } from '../compose/worker.ts';`],
    ['src/elsewhere/x.ts', ``],
  ])('a planted violation in %s is found: %s', (file, source) => {
    expect(broken(file, source)).toHaveLength(1);
  });

  test('a type may be allowed where its value is not', () => {
    expect(broken('src/accept/x.ts', `import type { Mailbox } from '../deposit/mailbox.ts';`)).toEqual([]);
    expect(broken('src/deposit/x.ts', `import type { Redis } from 'ioredis';`)).toEqual([]);
  });

  test('the command line loads neither Redis nor MongoDB, not even through system/', () => {
    expect([...loadedFrom('src/ops.ts')].toSorted()).toEqual([
      'cli-progress',
      'commander',
      'hyparquet-writer',
      'jose',
      'zod',
    ]);
    const planted = `import { openRedis } from './system/connections.ts';`;
    const sourceOf = (file: string) => (file === 'src/ops.ts' ? planted : readFileSync(file, 'utf8'));
    expect([...loadedFrom('src/ops.ts', sourceOf)]).toEqual(expect.arrayContaining(['ioredis', 'mongoose']));
  });

  test('no folders import one another, not even types, and not through others', () => {
    expect(floorsOf(FOLDERS)).toHaveLength(Object.keys(FOLDERS).length);
    const planted = { ...FOLDERS, 'operate/shapes': { uses: ['order', 'system'], knows: ['operate/api'] } };
    expect(floorsOf(planted)).toBeNull();
  });

  test('lint notices when two files import each other, even if only types', () => {
    const place = mkdtempSync(path.join(tmpdir(), 'planted-circle-'));
    const lint = () =>
      spawnSync('node_modules/.bin/oxlint', ['-c', '.oxlintrc.json', place], { encoding: 'utf8' }).stdout;
    try {
      writeFileSync(path.join(place, 'a.ts'), `export interface A { b: string }\n`);
      writeFileSync(path.join(place, 'b.ts'), `import type { A } from './a.ts';\nexport type B = A[];\n`);
      expect(lint()).not.toContain('no-cycle');
      writeFileSync(
        path.join(place, 'a.ts'),
        `import type { B } from './b.ts';\nexport interface A { b: B }\n`,
      );
      expect(lint()).toContain('import(no-cycle)');
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('every import in src/ follows the table', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((file) => broken(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('the table allows nothing that is not imported', () => {
    expect(FOLDERS).toEqual(tableOf(files.map((file) => ({ file, source: readFileSync(file, 'utf8') }))));
  });
});
