import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** A program that docs/handlers.md shows. */
function shown(name: string): string {
  const text = readFileSync('docs/handlers.md', 'utf8');
  const [, source] = new RegExp(`<!-- ${name} -->\\s*\`\`\`ts\\n([^]*?)\`\`\``).exec(text) ?? [];
  if (source === undefined) throw new Error(`docs/handlers.md has no ${name}`);
  return source;
}

describe('docs/handlers.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'documented-'));
    writeFileSync(path.join(folder, 'reserve-stock.ts'), shown('handler'));
    writeFileSync(path.join(folder, 'reserve-stock.test.ts'), shown('test'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  /** The command of `npm run test:handlers`. */
  const run = () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const [, ...args] = scripts['test:handlers']!.split(' ');
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, [...args, `${folder}/*.test.ts`], {
      encoding: 'utf8',
      env,
    });
    return { status, stdout };
  };

  test('its handler passes its test', () => {
    const { status, stdout } = run();
    expect(stdout).toMatch(/pass 3\n/);
    expect(status).toBe(0);
  });

  test('its test fails if the handler does not give its keys to the warehouse', () => {
    const file = path.join(folder, 'reserve-stock.ts');
    writeFileSync(
      file,
      shown('handler').replace(`'idempotency-key': key`, `'idempotency-key': String(Math.random())`),
    );
    const { status, stdout } = run();
    expect(stdout).toMatch(/fail 2\n/);
    expect(status).toBe(1);
  });
});
