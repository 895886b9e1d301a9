import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

interface Row {
  /** Folders whose values it may import. */
  uses: string[];
  /** Folders whose types it may import, in addition to `uses`. */
  knows: string[];
  /** Packages whose values it may import. */
  npm: string[];
  /**
   * Packages whose types it may import, in addition to `npm`: of objects that it receives but does not
   * construct.
   */
  npmKnows: string[];
}

/** Which folder may import which, one row per folder of src/. A folder may always import itself. */
const FOLDERS: Record<string, Row> = {
  accept: { uses: ['order', 'system'], knows: ['deposit'], npm: ['express'], npmKnows: [] },
  compliance: { uses: ['order', 'persist', 'system'], knows: ['lock'], npm: [], npmKnows: ['ioredis'] },
  deposit: {
    uses: ['order', 'system'],
    knows: ['lock', 'persist'],
    npm: ['bullmq', 'cockatiel'],
    npmKnows: ['ioredis'],
  },
  drain: {
    uses: ['order', 'system'],
    knows: ['deposit', 'lock', 'persist'],
    npm: ['bullmq'],
    npmKnows: ['ioredis'],
  },
  lock: { uses: ['system'], knows: [], npm: ['redlock'], npmKnows: ['ioredis'] },
  order: { uses: [], knows: [], npm: ['zod'], npmKnows: [] },
  /** Runs in the browser: of the server, it knows only the shapes of answers. */
  pages: {
    uses: [],
    knows: ['order', 'watch'],
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
  persist: { uses: ['order', 'system'], knows: [], npm: ['mongoose'], npmKnows: [] },
  reconcile: {
    uses: ['order', 'persist', 'system'],
    knows: ['deposit', 'lock', 'shop'],
    npm: ['zod'],
    npmKnows: [],
  },
  shop: {
    uses: ['order', 'persist', 'system'],
    knows: ['drain', 'lock'],
    npm: ['@shopify/shopify-api', 'express', 'express-rate-limit', 'zod'],
    npmKnows: ['mongoose'],
  },
  system: {
    uses: [],
    knows: ['order'],
    npm: ['ioredis', 'lz4-napi', 'mongoose', 'pino', 'pino-pretty', 'prom-client', 'zod'],
    npmKnows: [],
  },
  watch: {
    uses: ['order', 'persist', 'system'],
    knows: ['compliance', 'deposit', 'lock'],
    npm: [
      '@bull-board/api',
      '@bull-board/express',
      'cli-progress',
      'commander',
      'compression',
      'express',
      'express-rate-limit',
      'jose',
      'swagger-ui-dist',
      'zod',
      'zod-openapi',
    ],
    npmKnows: ['bullmq', 'ioredis', 'mongoose'],
  },
};

/** Only names and braces occur between `import` and `from`: a match never runs into the next statement. */
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[\w\s{},*$]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

interface Import {
  target: string;
  /** The folder or package; null for Node's own and for the folder itself. */
  name: string | null;
  kind: 'folder' | 'package' | 'node';
  typesOnly: boolean;
}

function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map(([, isType, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? '';
    const typesOnly = isType !== undefined;
    if (target.startsWith('node:')) return { target, name: null, kind: 'node', typesOnly };
    if (target.startsWith('.')) {
      const to = path.posix.join(path.posix.dirname(file), target).split('/')[1] ?? '';
      return { target, name: to === folderOf(file) ? null : to, kind: 'folder', typesOnly };
    }
    const name = target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/');
    return { target, name, kind: 'package', typesOnly };
  });
}

const folderOf = (file: string) => file.split('/')[1] ?? '';
/** src/ingest.ts and the other programs assemble the parts; they may import anything. */
const isProgram = (file: string) => file.split('/').length === 2;

function broken(file: string, source: string): string[] {
  if (isProgram(file)) return [];
  const folder = folderOf(file);
  const row = FOLDERS[folder];
  if (!row) return [`${file}: add a row for ${folder} to FOLDERS`];
  return importsOf(file, source).flatMap(({ target, name, kind, typesOnly }) => {
    if (kind === 'node') return folder === 'order' ? [`${file} must not do I/O (${target})`] : [];
    const [values, types] = kind === 'folder' ? [row.uses, row.knows] : [row.npm, row.npmKnows];
    if (name === null || values.includes(name) || (typesOnly && types.includes(name))) return [];
    return [`${file} may not import ${typesOnly ? 'types' : 'values'} from ${name}`];
  });
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
  .filter((name) => /(?<!\.d)\.tsx?$/.test(name));

/** What the folders import, in the same form as the table. */
function tableOf(found: { file: string; source: string }[]): Record<string, Row> {
  const all = found.flatMap(({ file, source }) => importsOf(file, source).map((one) => ({ ...one, file })));
  const names = (folder: string, kind: Import['kind'], typesOnly: boolean) => {
    const own = all.filter(
      (one) => !isProgram(one.file) && folderOf(one.file) === folder && one.kind === kind,
    );
    const values = new Set(own.filter((one) => !one.typesOnly).map((one) => one.name));
    const wanted = typesOnly
      ? own.filter((one) => one.typesOnly && !values.has(one.name))
      : own.filter((one) => !one.typesOnly);
    return [...new Set(wanted.map((one) => one.name))].filter((name) => name !== null).toSorted();
  };
  return Object.fromEntries(
    Object.keys(FOLDERS).map((folder) => [
      folder,
      {
        uses: names(folder, 'folder', false),
        knows: names(folder, 'folder', true),
        npm: names(folder, 'package', false),
        npmKnows: names(folder, 'package', true),
      },
    ]),
  );
}

describe('architecture', () => {
  test('every folder has a row, and every row has a folder', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => entry.name).toSorted()).toEqual(Object.keys(FOLDERS).toSorted());
  });

  test("the steps are in order: alphabetical order is a webhook's path", () => {
    const steps = ['accept', 'deposit', 'drain', 'lock', 'order', 'persist'];
    expect(steps).toEqual(steps.toSorted());
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
    ['src/deposit/x.ts', `import { Redis } from 'ioredis';`],
    ['src/drain/x.ts', `const m = await import('../accept/ingest-app.ts');`],
    ['src/drain/x.ts', `import { backoffMs } from '../deposit/queues.ts';`],
    ['src/persist/x.ts', `export { a } from '../watch/health.ts';`],
    ['src/watch/x.ts', `import { ingest } from '../ingest.ts';`],
    ['src/elsewhere/x.ts', ``],
  ])('a planted violation in %s is found: %s', (file, source) => {
    expect(broken(file, source)).toHaveLength(1);
  });

  test('a type may be allowed where its value is not', () => {
    expect(broken('src/accept/x.ts', `import type { Mailbox } from '../deposit/mailbox.ts';`)).toEqual([]);
    expect(broken('src/deposit/x.ts', `import type { Redis } from 'ioredis';`)).toEqual([]);
  });

  test('every import in src/ follows the table', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((file) => broken(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('the table allows nothing that is not imported', () => {
    expect(FOLDERS).toEqual(tableOf(files.map((file) => ({ file, source: readFileSync(file, 'utf8') }))));
  });
});

/** Methods of models and of the driver's collections that write documents. */
const WRITE =
  /\.\s*(insert(?:One|Many)|update(?:One|Many)|replaceOne|delete(?:One|Many)|bulk(?:Write|Save)|findOneAnd\w+|findByIdAnd\w+|create|save)\s*(?:<[^()]*>)?\(/g;
const STORES = 'src/persist/';

/** Only persist/ writes to MongoDB; the other folders and the programs call it. */
function writes(file: string, source: string): string[] {
  if (file.startsWith(STORES)) return [];
  return [...source.matchAll(WRITE)].map(([, method]) => `${file} must not write to MongoDB (${method})`);
}

describe('writes to MongoDB', () => {
  test.each([
    ['src/shop/x.ts', 'await shops.updateOne({ _id: shop }, { $set: { attention: null } });'],
    [
      'src/watch/steering/x.ts',
      'const run = await this.#tools.collections.replays\n  .findOneAndUpdate({}, {});',
    ],
    ['src/compliance/x.ts', 'await collections.parked.collection.bulkWrite([]);'],
    ['src/watch/x.ts', 'await this.#tokens.create({ ...token });'],
    ['src/worker.ts', 'await collections.sessions.deleteMany({ shop });'],
  ])('a planted write in %s is found: %s', (file, source) => {
    expect(writes(file, source)).toHaveLength(1);
  });

  test('only persist/ writes to MongoDB', () => {
    expect(files.flatMap((file) => writes(file, readFileSync(file, 'utf8')))).toEqual([]);
    // Where the methods are called, the expression finds them.
    const own = files.filter((file) => file.startsWith(STORES));
    expect(own.filter((file) => readFileSync(file, 'utf8').match(WRITE) !== null).length).toBeGreaterThan(10);
  });
});
