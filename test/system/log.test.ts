import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const LOG = path.resolve(import.meta.dirname, '..', '..', 'src', 'system', 'log.ts');

/** What a program that logs `fields` writes to its standard output, which is not a terminal here. */
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
  test('has one JSON line per attempt, with the program, the time and the message', () => {
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

  test('redacts secrets and personal data by name, at the top level and one level down', () => {
    const canaries = NAMES.map((name) => `${name}: 'canary-${name}@example.com'`).join(', ');
    const { lines, text } = logged(`{ ${canaries}, request: { ${canaries} } }`);
    expect(text).not.toContain('canary');
    const blanked = Object.fromEntries(NAMES.map((name) => [name, '[redacted]']));
    expect(lines).toMatchObject([{ ...blanked, request: blanked }]);
  });

  test("omits a failed command's arguments from its error: they contain the event", () => {
    const error = `Object.assign(new Error('OOM'), { command: { name: 'evalsha', args: ['canary'] } })`;
    const { lines, text } = logged(`{ err: ${error} }`);
    expect(text).not.toContain('canary');
    expect(lines).toMatchObject([{ err: { message: 'OOM' } }]);
  });

  test('is silent below its level', () => {
    expect(logged(`{}`, 'warn').text).toBe('');
  });
});
