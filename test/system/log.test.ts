import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const LOG = path.resolve(import.meta.dirname, '..', '..', 'src', 'system', 'log.ts');

/** What a program that logs `fields` writes to its standard output, which is no terminal. */
function logged(fields: string, level = 'info'): { lines: Record<string, unknown>[]; text: string } {
  const code = `import { createLog } from ${JSON.stringify(LOG)}; createLog('test', '${level}').info(${fields}, 'said');`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), text: stdout };
}

const NAMES = ['body', 'payload', 'secret', 'token', 'password', 'authorization', 'hmac', 'email'];

describe('the log', () => {
  test('one JSON line per attempt, with the program, the time and what was said', () => {
    const { lines } = logged(
      `{ shop: 'example.myshopify.com', order: '820982911946154508', outcome: 'applied' }`,
    );
    expect(lines).toMatchObject([
      {
        program: 'test',
        msg: 'said',
        order: '820982911946154508',
        time: expect.stringMatching(/^20\d\d-.*Z$/),
      },
    ]);
  });

  test('secrets and personal data are blanked under their names, at the top and one level down', () => {
    const canaries = NAMES.map((name) => `${name}: 'canary-${name}@example.com'`).join(', ');
    const { lines, text } = logged(`{ ${canaries}, request: { ${canaries} } }`);
    expect(text).not.toContain('canary');
    const blanked = Object.fromEntries(NAMES.map((name) => [name, '[redacted]']));
    expect(lines).toMatchObject([{ ...blanked, request: blanked }]);
  });

  test("a failed command's arguments are not logged with its error: they hold the event", () => {
    const error = `Object.assign(new Error('OOM'), { command: { name: 'evalsha', args: ['canary'] } })`;
    const { lines, text } = logged(`{ err: ${error} }`);
    expect(text).not.toContain('canary');
    expect(lines).toMatchObject([{ err: { message: 'OOM' } }]);
  });

  test('below its level it says nothing', () => {
    expect(logged(`{}`, 'warn').text).toBe('');
  });
});
