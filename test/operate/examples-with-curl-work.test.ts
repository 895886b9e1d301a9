import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { TOKEN_KEYS } from './stored-effects.ts';

const run = promisify(execFile);
const SHOP = 'example.myshopify.com';
/** The order of `npm run send -- lifecycle`. */
const ORDER_ID = '5820001001000';
/** An answer that is not 2xx fails the test, with what it says; 503, while MongoDB is busy, is asked for again. */
const CURL = 'curl() { command curl --fail-with-body --retry 5 --silent --show-error --max-time 30 "$@"; }';

/** The commands of a document's examples that call the API, and the answer that the document shows below each. */
function examplesOf(file: string): { command: string; shown: string | null }[] {
  const blocks = /```sh\n(curl [\s\S]*?)```(?:\s*```json\n([\s\S]*?)```)?/g;
  return [...readFileSync(file, 'utf8').matchAll(blocks)].map(([, command = '', shown = null]) => ({
    command,
    shown,
  }));
}

const EXAMPLES = ['docs/intake.md', 'docs/effects.md', 'docs/changes.md'].flatMap((file) =>
  examplesOf(file).map((example, i) => [file, i + 1, example] as const),
);

describe('the curl examples of the documents work as they are', () => {
  let dashboard: ServedDashboard;
  const env: Record<string, string> = {};
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    await dashboard.commit([{ id: ORDER_ID }]);
    const source = { name: 'wms-berlin', role: 'source', shops: [SHOP] } as const;
    Object.assign(env, {
      PATH: process.env.PATH,
      URL: dashboard.url,
      TOKEN: await mintToken(JWT_SECRET, { name: 'ada', role: 'admin' }, 1),
      SOURCE: await mintToken(JWT_SECRET, source, 1),
    });
  }, 60_000);
  afterAll(() => dashboard?.stop());

  test('there are some', () => {
    expect(EXAMPLES.map(([file, number]) => `${file} ${number}`)).toEqual([
      'docs/intake.md 1',
      'docs/intake.md 2',
      'docs/effects.md 1',
      'docs/effects.md 2',
      'docs/changes.md 1',
    ]);
  });

  test.each(EXAMPLES)('%s, example %d', async (_file, _number, { command, shown }) => {
    const { stdout } = await run('bash', ['--norc', '-c', `${CURL}\n${command}`], { env });
    const keys = (json: string) => Object.keys(JSON.parse(json) as object);
    // Without an answer in the document: it is accepted, and the answer is JSON.
    expect(keys(stdout)).toEqual(keys(shown ?? stdout));
  });
});
