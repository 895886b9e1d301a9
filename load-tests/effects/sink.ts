import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whole } from '../command.ts';

/**
 * A destination of its own process: `node sink.ts <ms>` answers each message after so many milliseconds; `never` is a
 * destination that takes messages and stays silent. It prints its port, and ends when its input does.
 */
const [, , answersAfter = '5'] = process.argv;
const delayMs = answersAfter === 'never' ? null : whole(0, 60_000)(answersAfter);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (delayMs !== null) setTimeout(() => response.end(), delayMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit());
