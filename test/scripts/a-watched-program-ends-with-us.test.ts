import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { isAlive } from '../../testkit/local/is-alive.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { until } from '../support/until.ts';

/** What npm run dev does: it watches a program. This one waits for its Redis. */
const developer = (redisUrl: string) => `
import { watchProgram } from '${path.resolve('testkit', 'local', 'programs.ts')}';
const env = { REDIS_URL: '${redisUrl}', MONGODB_URI: 'mongodb://127.0.0.1:1' };
process.send(watchProgram('worker', env).child.pid);
`;

test('a watched program ends with the process that started it, even if that is killed', async () => {
  const source = developer(`redis://127.0.0.1:${await freePort()}`);
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [group] = (await once(parent, 'message')) as [number];
  try {
    await once(parent.stdout!, 'data');
    expect(isAlive(-group)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(-group), 20_000, 'the watched program to end');
  } finally {
    if (isAlive(-group)) process.kill(-group, 'SIGKILL');
    await text(parent.stdout!);
  }
}, 60_000);
