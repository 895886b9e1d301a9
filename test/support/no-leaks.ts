import { afterAll } from '@jest/globals';
import { until } from './until.ts';

/** Connections, servers and processes that a test file leaves open make it fail. */
const LEAKS = ['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap'];

const open = () => process.getActiveResourcesInfo().filter((name) => LEAKS.includes(name));
// jest may run a file in the process that started the servers of the whole run: those are not the file's.
const before = open().length;

afterAll(async () => {
  await until(() => open().length <= before, 5000).catch(() => {
    throw new Error(`left open by this test file: ${open().join(', ')}; there were ${before} before it`);
  });
});
