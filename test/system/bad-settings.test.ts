import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { startProgram } from '../../testkit/local/programs.ts';

type Name = Parameters<typeof startProgram>[0];

async function endOf(name: Name, env: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> {
  const { child, ended } = startProgram(name, { PATH: process.env.PATH, ...env }, 'pipe');
  if (!child.stdout || !child.stderr) throw new Error('no pipes');
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}

const STACK = /^\s+at .*[:(]\d+/m;

describe('a program with bad settings exits immediately', () => {
  test.each<[Name, string[]]>([
    ['ingest', ['REDIS_URL', 'SHOPIFY_API_SECRET', 'PORT']],
    ['worker', ['REDIS_URL', 'MONGODB_URI', 'PORT']],
    ['dashboard', ['REDIS_URL', 'OPS_JWT_SECRET', 'PORT']],
  ])('%s: exit code 1, all problems, no stack, no values', async (name, problems) => {
    const { code, said } = await endOf(name, { PORT: 'canary', REDIS_URL: 'https://user:canary@host' });
    expect(code).toBe(1);
    expect(said).toMatch(/^bad settings:\n/);
    for (const problem of problems) expect(said).toMatch(new RegExp(`^  ${problem}: `, 'm'));
    expect(said).not.toMatch(STACK);
    expect(said).not.toContain('canary');
  });
});
