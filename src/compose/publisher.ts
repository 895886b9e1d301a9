import { loadHandlers } from '../handle/load.ts';
import { lockServersCheck, mongoCheck, redisCheck } from '../health/checks.ts';
import { createLocks, type Locks } from '../lock/locks.ts';
import { createBackfillStore } from '../persist/backfill-store.ts';
import { createCauses } from '../persist/causes.ts';
import { createDestinationStore, type DestinationStore } from '../persist/destination-store.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { createEffectStore } from '../persist/effect-store.ts';
import { createHandlerStepStore } from '../persist/handler-step-store.ts';
import { createSetOffStore } from '../persist/set-off-store.ts';
import { createRoutedBlocks } from '../persist/routed-blocks.ts';
import { backfilling } from '../publish/backfill-scan.ts';
import { createExpressions, type Expressions } from '../publish/expressions.ts';
import { destinationWorkers } from '../publish/destination-workers.ts';
import { createHandover } from '../publish/handover.ts';
import { LaneQueues } from '../publish/lane-queues.ts';
import { laneSweeper } from '../publish/lane-sweeper.ts';
import { createHandlers, type Handlers } from '../publish/handlers.ts';
import { newestOf, type MessageSources } from '../publish/messages.ts';
import { setOff } from '../publish/set-off.ts';
import { shopifyForHandlers } from '../publish/shopify-for-handlers.ts';
import { createRouter, type RouterTools } from '../publish/router.ts';
import { routing } from '../publish/routing.ts';
import { signWriter, type SignWriter } from '../publish/sign-writer.ts';
import { createCipher } from '../system/cipher.ts';
import { createDestinationSigns } from '../system/destination-signs.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Component } from '../system/lifecycle.ts';
import { PROGRAM_ID } from '../system/program-id.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import { askShopOf } from './admin-api-of.ts';
import { adminServed, type Composition } from './composition.ts';
import { messageSourcesOf } from './message-sources.ts';
import type { Resources } from './resources.ts';

const HAS_ENDED: ReadonlySet<string> = new Set(['done', 'skipped'] as const);

/** Composes a publisher: it turns changes into effects, and sends them. */
export function composePublisher(resources: Resources): Composition {
  const { config, log, metrics, now, redis, partitions, lockServers, mongo, collections } = resources;
  const lock = createLocks(lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc());
  const destinations = createDestinationStore(collections, now);
  const effects = createEffectStore(collections, now);
  const queues = new LaneQueues(redis, partitions, log);
  const signs = signWriter(createDestinationSigns(redis, partitions), PROGRAM_ID, log);
  const expressions = createExpressions();
  const messages = messageSourcesOf(resources);
  const history = { orders: messages, backfills: createBackfillStore(collections), effects, now };
  const backfillLock = () => lock.acquire(redisKeys(0).backfillLock, 'backfill');
  const handlers = handlersOf(resources, { destinations, messages, queues, lock, signs });
  const blocks = createRoutedBlocks(collections);
  const wake: RouterTools['wake'] = (destination, made) => queues.wake(destination, made);
  const { webhookIds } = messages;
  const router = createRouter({ blocks, destinations, effects, webhookIds, wake, log, now });
  const workers = destinationWorkers({
    lock,
    lockKey: ({ destination, order }) => inPartitionOf(destination, partitions).laneLock(destination, order),
    effects,
    messages,
    handOver: createHandover(history),
    handlers,
    expressions,
    watch: (effect, ending, ms) => watch(resources, signs, effect, ending.state, ms),
    signs,
    now,
    redis,
    partitions,
    queues,
    destinations,
    cipher: config.TOKEN_KEYS === undefined ? null : createCipher(config.TOKEN_KEYS),
    log,
  });
  const closing = closingOf(expressions, queues);
  return {
    http: adminServed(config.ADMIN_PORT ?? 0, {
      checks: [redisCheck(redis), mongoCheck(mongo.getClient()), lockServersCheck(lockServers)],
      stopping: resources.stopping,
      metrics,
      measure: () => Promise.resolve(),
    }),
    components: {
      before: [
        closing,
        signs.component,
        createHeartbeats(redis, redisKeys(0), 'publisher', () => Promise.resolve({})),
      ],
      after: [
        handlers.component,
        workers,
        laneSweeper({ destinations, effects, queues, log, now }),
        routing({ router, lock: () => lock.acquire(redisKeys(0).routerLock, 'router'), log, now }),
        backfilling({ ...history, destinations, queues, lock: backfillLock, log }),
      ],
    },
  };
}

function closingOf(expressions: Expressions, queues: LaneQueues): Component {
  return {
    name: 'lane queues',
    stop: async () => {
      await expressions.close();
      await queues.close();
    },
  };
}

interface HandlersNeed {
  destinations: DestinationStore;
  messages: MessageSources;
  queues: LaneQueues;
  lock: Locks;
  signs: SignWriter;
}

function handlersOf(
  resources: Resources,
  { destinations, messages, queues, lock, signs }: HandlersNeed,
): Handlers {
  const { config, collections, log, now } = resources;
  const { LOCKSTEP_HANDLERS: place } = config;
  const store = createSetOffStore(collections);
  return createHandlers({
    load: place === undefined ? null : () => loadHandlers(place),
    destinations,
    steps: createHandlerStepStore(collections, now),
    newest: (order) => newestOf(order, messages),
    setOff: (asked) => setOff(asked, { destinations, store, queues, now }),
    shopify: shopifyForHandlers(askShopOf(resources, lock), createCauses(collections)),
    signs,
    log,
    now,
  });
}

function watch(
  { metrics }: Resources,
  signs: SignWriter,
  { destination, createdAt, topic }: EffectDocument,
  state: string,
  ms: number,
): void {
  metrics.effects.inc({ outcome: state, topic });
  if (HAS_ENDED.has(state)) signs.ended(destination);
  metrics.effectSeconds.observe(ms / 1000);
  if (state === 'done') metrics.effectAgeSeconds.observe((Date.now() - createdAt.getTime()) / 1000);
}
