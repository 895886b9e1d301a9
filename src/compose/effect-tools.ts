import { createDeliveredOrders } from '../persist/delivered-orders.ts';
import { createDestinationStore } from '../persist/destination-store.ts';
import { createEffectActs } from '../persist/effect-acts.ts';
import { createEffectStore } from '../persist/effect-store.ts';
import { createRepairStore } from '../persist/repair-store.ts';
import { ReadBackProblem } from '../publish/read-back/held.ts';
import { compareHeld, compareReadBack } from '../publish/read-back/read-back.ts';
import { repairOf } from '../publish/repairs.ts';
import { createCipher, type Cipher } from '../system/cipher.ts';
import { createEffectFigures } from '../persist/effect-figures.ts';
import { blocksBefore } from '../persist/routed-blocks.ts';
import { createExpressions, expressionProblem, type Expressions } from '../publish/expressions.ts';
import { LaneQueues } from '../publish/lane-queues.ts';
import { preview } from '../publish/preview.ts';
import { sendSample } from '../publish/sample.ts';
import { sealSecrets } from '../publish/secrets.ts';
import { makeSecret, secretProblem } from '../publish/sinks/signature.ts';
import { readProblems, readSigns } from '../system/destination-signs.ts';
import type { Component } from '../system/lifecycle.ts';
import { within } from '../system/within.ts';
import type { ApiTools } from '../operate/api/routes.ts';
import { Refusal } from '../operate/refusal.ts';
import type { ComparisonTools } from '../operate/steering/comparisons.ts';
import { messageSourcesOf } from './message-sources.ts';
import type { Resources } from './resources.ts';

/** How long a page waits for what publishers recorded in Redis. */
const REDIS_MS = 500;

/** Destinations and effects, as operators see and change them. */
export function effectTools(
  resources: Resources,
): Pick<ApiTools, 'destinations' | 'effects'> & { component: Component } {
  const { config, log, now, redis, partitions, collections } = resources;
  const store = createDestinationStore(collections, now);
  const effects = createEffectActs(collections);
  const queues = new LaneQueues(redis, partitions, log);
  const cipher = config.TOKEN_KEYS === undefined ? null : createCipher(config.TOKEN_KEYS);
  const expressions = createExpressions();
  return {
    destinations: {
      store,
      effects,
      backlog: {
        figures: createEffectFigures(collections),
        signs: (name) => within(readSigns(redis, partitions, name), REDIS_MS).catch(() => null),
        problems: () => within(readProblems(redis), REDIS_MS).catch(() => null),
        now,
      },
      secrets: {
        problem: secretProblem,
        make: makeSecret,
        seal: (name, secrets) => {
          if (!cipher) throw new Refusal('unavailable', 'TOKEN_KEYS is not set: secrets cannot be encrypted');
          return sealSecrets(name, secrets, cipher);
        },
      },
      expressionProblem,
      sendSample: (destination) => sendSample(destination, cipher, expressions),
      preview: previewOver(resources, expressions),
      forget: (name) => queues.forget(name),
      ...comparisonTools(resources, cipher, queues),
      now,
    },
    effects: {
      effects,
      store,
      wake: async (name, woken) => {
        const destination = await store.one(name);
        if (destination) await queues.wakeAgain(destination, woken);
      },
      now,
    },
    component: {
      name: 'lane queues',
      stop: async () => {
        await expressions.close();
        await queues.close();
      },
    },
  };
}

/** What compares destinations with what was sent to them, and repairs them. */
function comparisonTools(
  { collections, now }: Pick<Resources, 'collections' | 'now'>,
  cipher: Cipher | null,
  queues: LaneQueues,
): ComparisonTools {
  const readBack = { delivered: createDeliveredOrders(collections), cipher, now };
  const effects = createEffectStore(collections, now);
  return {
    compareReadBack: async (destination, from) =>
      await compareReadBack(destination, from, readBack).catch(asRefusal),
    compareHeld: async (destination, held) => await compareHeld(destination, held, readBack).catch(asRefusal),
    repairs: createRepairStore(collections),
    repairOf,
    // If it dies before the lanes are woken, the sweeper wakes them.
    send: async (destination, repairs) => {
      await effects.insert(repairs);
      await queues.wakeAgain(destination, repairs);
    },
  };
}

function asRefusal(error: unknown): never {
  if (error instanceof ReadBackProblem)
    throw new Refusal('conflict', `the other side cannot be compared: ${error.message}`);
  throw error;
}

function previewOver(
  { config, now, collections }: Pick<Resources, 'config' | 'now' | 'collections'>,
  expressions: Expressions,
): ApiTools['destinations']['preview'] {
  const messages = messageSourcesOf({ config, collections });
  return (asked, limit) =>
    preview(asked, limit, {
      blocksBefore: (block, most) => blocksBefore(collections, block, most),
      messages,
      expressions,
      now,
    });
}
