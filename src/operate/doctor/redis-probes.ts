import type { Redis } from 'ioredis';
import { answering, haveMajority, type LockServers } from '../../health/checks.ts';
import { redisNow } from '../../system/redis-now.ts';
import { clockSkew } from './clock-skew.ts';
import { bad, doubtful, good, type Finding, type Probe } from './probe.ts';

/** Whether Redis keeps what it accepted (P2). Reads mostly INFO: managed Redis often forbids CONFIG. */
export function redisProbes(redis: Redis): Probe[] {
  const info = async () => readInfo(await redis.info());
  return [
    { name: 'clock of Redis', look: () => clockSkew(() => redisNow(redis)) },
    { name: 'Redis eviction', look: async () => evictionFinding(await info()) },
    { name: 'Redis append-only file', look: async () => aofFinding(await info(), await fsyncOf(redis)) },
    { name: 'Redis version', look: async () => versionFinding(await info()) },
    { name: 'Redis memory', look: async () => memoryFinding(await info()) },
  ];
}

export function lockServersFinding(found: LockServers): Finding {
  const text = answering(found);
  if (found.up === found.of) return good(text);
  const advice = 'check that they are up, and that LOCK_REDIS_URLS names them';
  return haveMajority(found)
    ? doubtful(text, `${advice}: if another one fails, no event is applied`)
    : bad(`${text}, which is not a majority`, `${advice}: no event is applied until then`);
}

export function readInfo(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.trim().split(/:(.*)/s));
  return Object.fromEntries(lines.map(([name = '', value = '']) => [name, value]));
}

/** Null if CONFIG is not allowed. */
async function fsyncOf(redis: Redis): Promise<string | null> {
  const answer: unknown = await redis.config('GET', 'appendfsync').catch(() => null);
  if (Array.isArray(answer)) return String(answer[1]);
  return answer === null ? null : String(Object.values(answer as object)[0]);
}

export function evictionFinding({ maxmemory_policy: policy = 'unknown' }: Record<string, string>): Finding {
  if (policy === 'noeviction') return good('noeviction');
  return bad(
    policy,
    'set maxmemory-policy noeviction: otherwise waiting events are dropped when memory runs short',
  );
}

export function aofFinding(info: Record<string, string>, fsync: string | null): Finding {
  if (info.aof_enabled !== '1')
    return bad('off', 'set appendonly yes: otherwise accepted events are lost when Redis restarts');
  if (info.aof_last_write_status !== 'ok')
    return bad('the last write FAILED', "check Redis's disk now: accepted events are not durable");
  if (fsync === 'always') return good('on, written with every command');
  return doubtful(
    fsync === null ? 'on; appendfsync cannot be read' : `on, appendfsync ${fsync}`,
    'set appendfsync always if a power failure must not lose the last second of events',
  );
}

/** BullMQ needs at least 6.2. */
const LEAST = [6, 2] as const;

export function versionFinding({ redis_version: version = '' }: Record<string, string>): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return good(version);
  return bad(version || 'unknown', `use Redis ${LEAST.join('.')} or later`);
}

const MEGABYTE = 1_048_576;
/** At 80 % there is still time to act. When Redis is full, ingest spools or answers 503. */
const FULL = 0.8;

export function memoryFinding({ used_memory: used, maxmemory: max }: Record<string, string>): Finding {
  const [usedBytes, maxBytes] = [Number(used), Number(max)];
  const usedText = `${(usedBytes / MEGABYTE).toFixed(1)} MB used`;
  if (maxBytes === 0) return good(`${usedText}, no limit set`);
  const found = `${usedText} of ${(maxBytes / MEGABYTE).toFixed(0)} MB`;
  if (usedBytes < FULL * maxBytes) return good(found);
  return bad(
    found,
    'give Redis more memory, or find out why events are waiting: new events go to the spool when it is full',
  );
}
