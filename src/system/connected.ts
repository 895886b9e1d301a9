import type { Redis } from 'ioredis';
import { PROGRAM_ID } from './program-id.ts';

const PREFIX = 'lockstep:';

/** The name of this program's connections to Redis. A hostname contains no spaces, which Redis does not allow. */
export const CONNECTION_NAME = `${PREFIX}${PROGRAM_ID}`;

/**
 * The ids (`<host>:<pid>`) of the programs that are connected to Redis. If a process dies, its system closes its
 * connections at once; if its host disappears or freezes, they stay for minutes.
 */
export async function connectedPrograms(redis: Redis): Promise<Set<string>> {
  const clients = String(await redis.client('LIST'));
  const names = [...clients.matchAll(/ name=(\S+)/g)].map(([, name = '']) => name);
  return new Set(names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
}
