import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
  .filter((name) => /(?<!\.d)\.tsx?$/.test(name));

/** Methods of models and of the driver's collections that write documents. */
const WRITE =
  /\.\s*(insert(?:One|Many)|update(?:One|Many)|replaceOne|delete(?:One|Many)|bulk(?:Write|Save)|findOneAnd\w+|findByIdAnd\w+|create|save)\s*(?:<[^()]*>)?\(/g;
const STORES = 'src/persist/';

/** Only persist/ writes to MongoDB; the other folders call it. */
function writes(file: string, source: string): string[] {
  if (file.startsWith(STORES)) return [];
  return [...source.matchAll(WRITE)].map(([, method]) => `${file} must not write to MongoDB (${method})`);
}

describe('writes to MongoDB', () => {
  test.each([
    ['src/shop/x.ts', 'await shops.updateOne({ _id: shop }, { $set: { attention: null } });'],
    [
      'src/operate/steering/x.ts',
      'const run = await this.#tools.collections.replays\n  .findOneAndUpdate({}, {});',
    ],
    ['src/compliance/x.ts', 'await collections.parked.collection.bulkWrite([]);'],
    ['src/operate/x.ts', 'await this.#tokens.create({ ...token });'],
    ['src/compose/worker.ts', 'await collections.sessions.deleteMany({ shop });'],
  ])('a planted write in %s is found: %s', (file, source) => {
    expect(writes(file, source)).toHaveLength(1);
  });

  test('only persist/ writes to MongoDB', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => writes(file, readFileSync(file, 'utf8')))).toEqual([]);
    // Where the methods are called, the expression finds them.
    const own = files.filter((file) => file.startsWith(STORES));
    expect(own.filter((file) => readFileSync(file, 'utf8').match(WRITE) !== null).length).toBeGreaterThan(10);
  });
});
