import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Handling } from './handling.ts';

describe('handlers are loaded', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
    handling.write('good', `await step('greet', () => did('good'));`);
  });
  afterEach(() => handling.close());
  const problems = () =>
    handling.logged
      .filter(({ msg }) => msg === 'handlers cannot be used')
      .map(({ file, because }) => `${path.basename(String(file))}: ${String(because)}`);

  test('the publisher runs without files that cannot be loaded, and names them', async () => {
    handling.writeFile('a-missing-import.ts', `import 'no-such-package';`);
    handling.writeFile('b-throws.ts', `throw new Error('no SMTP_URL');`);
    handling.writeFile('c-exits.ts', `process.exit(7);`);
    handling.writeFile('d-loops.ts', `for (;;);`);
    handling.writeFile('e-syntax.ts', `export const = 1;`);
    handling.write('Bad_Name', '');
    handling.write('bad-topic', '', `on: 'orders/payed',`);
    handling.write('unknown-option', '', `retries: 3,`);
    handling.writeFile('no-run.ts', `export const it = handler({ name: 'no-run', on: '*' });`);
    handling.writeFile('none.ts', `export const helper = 1;`);
    handling.writeFile('tests.test.ts', `throw new Error('a test is not loaded');`);
    writeFileSync(path.join(handling.folder, 'README.md'), 'not a module');
    await handling.start();
    expect(problems().toSorted()).toEqual([
      expect.stringMatching(/^Bad_Name\.ts: it: name: not a name/),
      expect.stringMatching(/^a-missing-import\.ts: Error: Cannot find package 'no-such-package'/),
      'b-throws.ts: Error: no SMTP_URL',
      'bad-topic.ts: it: on: not a topic of an order, `status:<status>`, or `*`',
      'c-exits.ts: its process ended with code 7: it called process.exit',
      'd-loops.ts: it did not load within 15 s',
      expect.stringMatching(/^e-syntax\.ts: SyntaxError: /),
      'no-run.ts: it: run: not a function',
      expect.stringMatching(/^unknown-option\.ts: it: its options: Unrecognized key: "retries"/),
    ]);
    await handling.live(1);
    await handling.ends('good', 'done');
  });

  test('none of two with one name runs', async () => {
    handling.writeFile(
      'other.ts',
      `export const it = handler({ name: 'good', on: '*', run: () => did('other') });`,
    );
    await handling.start();
    const because = 'several handlers are named good: none runs';
    expect(problems()).toEqual([`good.ts: ${because}`, `other.ts: ${because}`]);
    expect(await handling.publishing.inside.collections.destinations.countDocuments()).toBe(0);
  });

  test('a name that another destination has is left alone', async () => {
    await handling.publishing.destination('handler-good', {
      url: 'http://127.0.0.1:1/',
      on: ['orders/paid'],
    });
    await handling.start();
    expect(handling.logged).toContainEqual(
      expect.objectContaining({
        destination: 'handler-good',
        because: 'its name is taken by a destination of the kind http',
      }),
    );
    await handling.live(1);
    const { lastError } = await handling.ends('good', 'failing');
    expect({ lastError, did: handling.did }).toEqual({
      lastError: 'it cannot be reached: ECONNREFUSED',
      did: [],
    });
    const known = await handling.publishing.inside.collections.destinations.findById('handler-good').lean();
    expect(known).toMatchObject({ kind: 'http', url: 'http://127.0.0.1:1/' });
  });

  test('the newest version runs: an older publisher leaves its lanes alone, and says so once', async () => {
    handling.write('good', `await step('greet', () => did('version 2'));`, 'version: 2,');
    const stop = await handling.start();
    await stop();
    handling.write('good', `await step('greet', () => did('version 1'));`);
    await handling.start();
    await handling.live(1);
    await until(async () => (await handling.publishing.effects()).length === 1);
    await until(() => handling.logged.some(({ msg }) => msg === 'this publisher does not run a handler'));
    // Longer than twice the time between its looks.
    const began = Date.now();
    await until(() => Date.now() > began + 11_000);
    expect(handling.did).toEqual([]);
    expect(handling.logged.filter(({ msg }) => msg === 'this publisher does not run a handler')).toHaveLength(
      1,
    );
    handling.write('good', `await step('greet', () => did('version 2 again'));`, 'version: 2,');
    await handling.start();
    await handling.ends('good', 'done');
    expect(handling.did).toEqual(['version 2 again']);
  });
});
