import type { Redis } from 'ioredis';
import type { HeldLock, LockKeeper } from '../../lock/lock-keeper.ts';
import { trustedOrderKey, type OrderKey } from '../../order/identity.ts';
import { isAlive, type Heartbeat } from '../../system/heartbeats.ts';
import { inPartitionOf, type RedisKeys } from '../../system/redis-keys.ts';
import { redisMs } from '../../system/redis-now.ts';
import type { Lock, LockList } from '../shapes/locks.ts';

/** Shows who holds which order's lock, whether they are alive, and how many events wait for them. */
export interface LockReader {
  /** Locks of the orders that are being drained or have waited longest. */
  list: () => Promise<LockList>;
  /** How many locks `list` would show, including those of holders that died. */
  count: () => Promise<number>;
  /** Null if the lock is not held. */
  one: (order: OrderKey) => Promise<Lock | null>;
  /** Whether the lock of the order is held, or the order has no waiting events. */
  continues: (order: OrderKey) => Promise<boolean>;
}

/** Tools of a lock reader. */
export interface LockReaderTools {
  keeper: LockKeeper;
  redis: Redis;
  partitions: readonly RedisKeys[];
  /** Orders whose jobs are active. @param most jobs that are read, of each partition */
  activeOrders: (most: number) => Promise<OrderKey[]>;
  heartbeats: () => Promise<Heartbeat[]>;
}

/** Orders of each kind checked, over all partitions: the drains of five workers, about 50 ms of reads. */
const LOOKED_AT = 1000;

export function createLockReader(tools: LockReaderTools): LockReader {
  const { keeper, partitions } = tools;
  const shown = async (orders: readonly OrderKey[]): Promise<Lock[]> => {
    const locks = await keeper.read(orders.map((order) => inPartitionOf(order, partitions).lock(order)));
    const held = orders.flatMap((order, i) => {
      const lock = locks[i];
      return lock ? [{ order, lock }] : [];
    });
    if (held.length === 0) return [];
    const [heartbeats, waiting] = await Promise.all([
      tools.heartbeats().catch(() => null),
      waitingFor(
        held.map(({ order }) => order),
        tools,
      ),
    ]);
    return held.map(({ order, lock }, i) => ({
      order,
      token: lock.token,
      holder: holderOf(lock, heartbeats),
      heldSince: lock.holder && new Date(lock.holder.since).toISOString(),
      ageMs: lock.ageMs,
      ttlLeftMs: lock.ttlLeftMs,
      extensions: lock.extensions,
      waitingEvents: waiting[i]?.events ?? 0,
      oldestWaitMs: waiting[i]?.oldestMs ?? null,
    }));
  };
  return {
    list: async () => {
      const orders = await ordersToLookAt(tools);
      const locks = await shown(orders);
      // A lock without a start time may be the oldest of all.
      const since = ({ heldSince }: Lock) => (heldSince === null ? 0 : Date.parse(heldSince));
      return { locks: locks.toSorted((a, b) => since(a) - since(b)), looked: orders.length };
    },
    count: async () => {
      const orders = await ordersToLookAt(tools);
      const locks = await keeper.read(orders.map((order) => inPartitionOf(order, partitions).lock(order)));
      return locks.filter((lock) => lock !== null).length;
    },
    one: async (order) => (await shown([order]))[0] ?? null,
    continues: async (order) => {
      const [waiting] = await waitingFor([order], tools);
      if (waiting?.events === 0) return true;
      return (await keeper.read([inPartitionOf(order, partitions).lock(order)]))[0] !== null;
    },
  };
}

/** A program that started after the lock was taken is not its holder: containers may share host and pid. */
function holderOf({ holder }: HeldLock, heartbeats: readonly Heartbeat[] | null): Lock['holder'] {
  if (!holder) return { program: null, job: null, alive: null, lastHeardMs: null };
  const heartbeat = heartbeats?.find(
    ({ id, startedAt }) => id === holder.program && startedAt <= holder.since,
  );
  const alive = heartbeats && heartbeat !== undefined && isAlive(heartbeat);
  return { program: holder.program, job: holder.job, alive, lastHeardMs: heartbeat?.lastHeardMs ?? null };
}

/** A lock is held by an active job; if the job was lost, its order is still waiting. */
async function ordersToLookAt(tools: LockReaderTools): Promise<OrderKey[]> {
  const { redis, partitions } = tools;
  const last = String(shareOf(partitions) - 1);
  const [drained, waiting] = await Promise.all([
    tools.activeOrders(shareOf(partitions)),
    Promise.all(partitions.map((keys) => redis.zrange(keys.pending, '0', last))),
  ]);
  return [...new Set([...drained, ...waiting.flat().map(trustedOrderKey)])];
}

const shareOf = (partitions: readonly RedisKeys[]) => Math.ceil(LOOKED_AT / partitions.length);

/** In one round trip. */
async function waitingFor(
  orders: readonly OrderKey[],
  { redis, partitions }: LockReaderTools,
): Promise<{ events: number; oldestMs: number | null }[]> {
  const pipeline = redis.pipeline().time();
  for (const order of orders) {
    const keys = inPartitionOf(order, partitions);
    pipeline.llen(keys.mailbox(order)).zscore(keys.pending, order);
  }
  const answers = (await pipeline.exec()) ?? [];
  const failed = answers.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  const [time, ...rest] = answers.map(([, answer]) => answer);
  const now = redisMs((time ?? []) as [string, string]);
  return orders.map((_, i) => {
    const since = rest[2 * i + 1] as string | null;
    return {
      events: Number(rest[2 * i]),
      oldestMs: since === null ? null : Math.max(0, now - Number(since)),
    };
  });
}
