import { afterAll } from '@jest/globals';
import { until } from './until.ts';

/**
 * Connections, servers and processes that a test file leaves open make it fail. A file closes its own in the
 * `afterAll` of a `describe`: jest runs this one before those at a file's top level.
 */
const LEAKS = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap'];

const open = () => process.getActiveResourcesInfo().filter((name) => LEAKS.includes(name));
// jest may run a file in the process that started the servers of the whole run: those are not the file's.
const before = open().length;

afterAll(async () => {
  await until(() => open().length <= before, 10_000).catch(() => {
    throw new Error(`left open by this test file: ${open().join(', ')}; there were ${before} before it`);
  });
});
