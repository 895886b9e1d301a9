import type { mongo } from 'mongoose';
import type { Depositor } from '../deposit/depositor.ts';
import { createSpoolingDepositor } from '../deposit/spooling-depositor.ts';
import { createTwoHomes } from '../deposit/two-homes.ts';
import type { Waker } from '../deposit/waker.ts';
import type { EventId } from '../order/identity.ts';
import { createReceipts } from '../persist/receipts.ts';
import { createSpool } from '../persist/spool.ts';
import { replicasOf } from '../system/config.ts';
import { depositorOver } from './deposits.ts';
import type { RedisResources } from './resources.ts';

/** Where events are deposited. */
interface Places {
  waker: Waker;
  /** MongoDB, for the spool and for receipts. */
  client: mongo.MongoClient;
  database: string;
  /** False while Redis must not be used. */
  isFit?: () => boolean;
  /** See {@link createDepositor}. */
  onReused?: (event: EventId) => void;
}

/** What accepts events: deposits them as durably as DURABILITY says, into Redis, or else into the spool (P2). */
export function durableDeposits(
  resources: Pick<RedisResources, 'config' | 'redis' | 'partitions' | 'log' | 'metrics'>,
  { waker, client, database, isFit, onReused }: Places,
): Depositor {
  const { config, log, metrics } = resources;
  const spooled = (because: string) => {
    metrics.spooledTotal.inc();
    log.debug({ because }, 'event put into the spool');
  };
  const replicas = replicasOf(config);
  const inRedis = depositorOver(resources, waker, { ...(onReused && { onReused }), replicas });
  const watch = { spooled, ...(isFit && { isFit }) };
  const one = createSpoolingDepositor(
    inRedis,
    createSpool(client, database),
    config.DEPOSIT_TIMEOUT_MS,
    watch,
  );
  return config.DURABILITY === 'both' ? createTwoHomes(one, createReceipts(client, database)) : one;
}
