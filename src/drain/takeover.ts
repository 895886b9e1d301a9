import type { Redis } from 'ioredis';
import type { Waker } from '../deposit/waker.ts';
import type { HeldLock, LockKeeper } from '../lock/lock-keeper.ts';
import type { OrderKey } from '../order/identity.ts';
import { connectedPrograms } from '../system/connected.ts';
import { messageOf } from '../system/errors.ts';
import { readHeartbeats, type Heartbeat } from '../system/heartbeats.ts';
import type { Logger } from '../system/log.ts';
import { PROGRAM_ID } from '../system/program-id.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { repeating, type Repeating } from '../system/repeating.ts';

const EVERY_MS = 500;
/** Longer than the pause between two heartbeats. */
const SILENT_MS = 1500;
/** After an interruption, programs are back within a second. Until then, those that are not back look dead. */
const SETTLED_MS = 2000;

export interface TakeoverTools {
  redis: Redis;
  /** Orders whose jobs are active. */
  activeOrders: () => Promise<OrderKey[]>;
  keeper: LockKeeper;
  lockKey: (order: OrderKey) => string;
  waker: Pick<Waker, 'wakeAgain'>;
  log: Logger;
  /** This program; only tests set it. */
  self?: string;
}

/** A worker that died. */
interface Dead {
  id: string;
  /** Locks that were taken from then on (ms since 1970, by its own clock) are its successor's. */
  until: number;
}

/**
 * Takes over the orders of workers that died, as a component of each worker. Without it, their jobs would wait until
 * BullMQ finds them stalled (20 s), and their locks until they expire (LOCK_TTL_MS).
 *
 * A worker is dead if it sends no heartbeats and has no connection to Redis. One that only hangs stays connected, and
 * keeps its locks until they expire. Should a worker be taken to be dead in error, MongoDB refuses its late commits by
 * their versions (P4).
 */
export function takeover(tools: TakeoverTools): Repeating {
  const { redis, log, self = PROGRAM_ID } = tools;
  /** When each worker started, at the last look. */
  let seen = new Map<string, number>();
  /** Dead workers whose orders were taken over, and when they had started. */
  let done = new Map<string, number>();
  let readyAt = Date.now();
  redis.on('ready', () => (readyAt = Date.now()));

  const look = async (): Promise<{ gone: Heartbeat[]; succeeded: Heartbeat[] }> => {
    const workers = (await readHeartbeats(redis, redisKeys(0))).filter(({ program }) => program === 'worker');
    // Another start than at the last look. This program's own first look counts: it may be a successor itself.
    const succeeded = workers.filter(({ id, startedAt }) => {
      const before = seen.get(id) ?? (id === self ? null : startedAt);
      return before !== startedAt;
    });
    seen = new Map(workers.map(({ id, startedAt }) => [id, startedAt]));
    done = new Map([...done].filter(([id]) => seen.has(id)));
    const isSilent = ({ id, startedAt, lastHeardMs }: Heartbeat) =>
      lastHeardMs > SILENT_MS && done.get(id) !== startedAt;
    const silent = workers.filter(isSilent);
    if (silent.length === 0) return { gone: [], succeeded };
    const connected = await connectedPrograms(redis);
    // A proxy or another kind of Redis may not show names.
    const gone = connected.has(self) ? silent.filter(({ id }) => !connected.has(id)) : [];
    return { gone, succeeded };
  };
  return repeating(
    'takeover',
    EVERY_MS,
    async () => {
      if (redis.status !== 'ready' || Date.now() - readyAt < SETTLED_MS) return;
      const { gone, succeeded } = await look();
      const dead = [
        ...gone.map(({ id }) => ({ id, until: Infinity })),
        ...succeeded.map(({ id, startedAt }) => ({ id, until: startedAt })),
      ];
      if (dead.length === 0) return;
      const orders = await release(dead, tools);
      await tools.waker.wakeAgain(orders);
      for (const { id, startedAt } of gone) done.set(id, startedAt);
      const workers = dead.map(({ id }) => id);
      if (orders.length > 0) log.info({ workers, orders: orders.length }, 'took over orders of dead workers');
    },
    (error) => log.warn({ because: messageOf(error) }, 'takeover failed; BullMQ will find the jobs'),
  );
}

/**
 * Releases the locks of dead workers.
 * @returns the orders of active jobs that are not locked now: a worker may also have died before it locked one
 */
async function release(dead: readonly Dead[], tools: TakeoverTools): Promise<OrderKey[]> {
  const orders = await tools.activeOrders();
  const keys = orders.map((order) => tools.lockKey(order));
  const locks = await tools.keeper.read(keys);
  const isFree = async (lock: HeldLock | null, key: string): Promise<boolean> => {
    if (lock === null) return true;
    const { holder } = lock;
    if (!holder || !dead.some(({ id, until }) => id === holder.program && holder.since < until)) return false;
    return (await tools.keeper.takeAway(key, lock.token)) !== 'changed';
  };
  const free = await Promise.all(locks.map((lock, i) => isFree(lock, keys[i] ?? '')));
  return orders.filter((_, i) => free[i]);
}
