import { loadHandlers } from '../handle/load.ts';
import { mongoCheck, redisCheck } from '../health/checks.ts';
import { createLocks, type Locks } from '../lock/locks.ts';
import { createBackfillStore } from '../persist/backfill-store.ts';
import { createBodyKeeper } from '../persist/body-keeper.ts';
import { createCauses } from '../persist/causes.ts';
import { createDestinationStore, type DestinationStore } from '../persist/destination-store.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { createEffectStore } from '../persist/effect-store.ts';
import { createHandlerStepStore } from '../persist/handler-step-store.ts';
import { createSetOffStore } from '../persist/set-off-store.ts';
import { streamJournaled, webhookIdsOf } from '../persist/journaled.ts';
import { createOrderStore } from '../persist/order-store.ts';
import { createRoutedBlocks } from '../persist/routed-blocks.ts';
import { backfilling } from '../publish/backfill-scan.ts';
import { createExpressions, type Expressions } from '../publish/expressions.ts';
import { destinationWorkers } from '../publish/destination-workers.ts';
import { createHandover } from '../publish/handover.ts';
import { LaneQueues } from '../publish/lane-queues.ts';
import { laneSweeper } from '../publish/lane-sweeper.ts';
import { createHandlers, type Handlers } from '../publish/handlers.ts';
import { newestOf, type MessageSources } from '../publish/messages.ts';
import { createRouter } from '../publish/router.ts';
import { setOff } from '../publish/set-off.ts';
import { shopifyForHandlers } from '../publish/shopify-for-handlers.ts';
import { routing } from '../publish/routing.ts';
import { createCipher } from '../system/cipher.ts';
import { createHeartbeats } from '../system/heartbeats.ts';
import type { Component } from '../system/lifecycle.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import { askShopOf } from './admin-api-of.ts';
import { adminServed, type Composition } from './composition.ts';
import type { Resources } from './resources.ts';

/** Composes a publisher: it turns changes into effects, and sends them. */
export function composePublisher(resources: Resources): Composition {
  const { config, log, metrics, now, redis, partitions, lockServers, mongo, collections } = resources;
  const lock = createLocks(lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc());
  const destinations = createDestinationStore(collections, now);
  const effects = createEffectStore(collections, now);
  const queues = new LaneQueues(redis, partitions, log);
  const expressions = createExpressions();
  const messages = messageSourcesOf(resources);
  const router = createRouter({
    blocks: createRoutedBlocks(collections),
    destinations,
    effects,
    webhookIds: messages.webhookIds,
    wake: (destination, made) => queues.wake(destination, made),
    log,
    now,
  });
  const history = { orders: messages, backfills: createBackfillStore(collections), effects, now };
  const backfillLock = () => lock.acquire(redisKeys(0).backfillLock, 'backfill');
  const handlers = handlersOf(resources, { destinations, messages, queues, lock });
  const workers = destinationWorkers({
    lock,
    lockKey: ({ destination, order }) => inPartitionOf(destination, partitions).laneLock(destination, order),
    effects,
    messages,
    handOver: createHandover(history),
    handlers,
    expressions,
    watch: (effect, ending, ms) => watch(resources, effect, ending.state, ms),
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
      checks: [redisCheck(redis), mongoCheck(mongo.getClient())],
      metrics,
      measure: () => Promise.resolve(),
    }),
    components: {
      before: [closing, createHeartbeats(redis, redisKeys(0), 'publisher', () => Promise.resolve({}))],
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
}

function handlersOf(resources: Resources, { destinations, messages, queues, lock }: HandlersNeed): Handlers {
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
    log,
    now,
  });
}

function messageSourcesOf({ config, mongo, collections }: Resources): MessageSources {
  const orders = createOrderStore(mongo.getClient(), collections, () => undefined);
  return {
    load: orders.load,
    journaled: (order) => streamJournaled(collections.events, order),
    keepBody: createBodyKeeper(config.ORDER_BODY),
    webhookIds: webhookIdsOf(collections.events),
    bodies: createSetOffStore(collections).bodies,
    causes: createCauses(collections).of,
  };
}

function watch(
  { metrics }: Resources,
  { createdAt, topic }: EffectDocument,
  state: string,
  ms: number,
): void {
  metrics.effects.inc({ outcome: state, topic });
  metrics.effectSeconds.observe(ms / 1000);
  if (state === 'done') metrics.effectAgeSeconds.observe((Date.now() - createdAt.getTime()) / 1000);
}
