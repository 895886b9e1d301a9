import type { Queue as BullQueue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Refusal } from '../refusal.ts';
import type { Sampler } from '../status/sampler.ts';
import { because, did } from '../shapes/mailboxes.ts';
import { queueList, queuePlace, type Queue } from '../shapes/queues.ts';
import { ofRedis } from './of-redis.ts';
import { route, type Route } from './route.ts';

export interface QueueTools {
  redis: Redis;
  queues: readonly Pick<BullQueue, 'isPaused' | 'pause' | 'resume'>[];
  read: () => Promise<Queue[]>;
  rates: Sampler['rates'];
}

/** Queues: their jobs, and pausing them. */
export function queueRoutes(tools: QueueTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/queues',
      role: 'viewer',
      scope: 'global',
      about: 'The queue of each partition: jobs by state, waiting events, the oldest wait, and its workers.',
      answer: queueList,
      handle: async () => ({ queues: await ofRedis(tools.redis, tools.read), ...tools.rates() }),
    }),
    ...(['pause', 'resume'] as const).map((verb) =>
      route({
        method: 'post',
        path: `/queues/{partition}/${verb}`,
        role: 'operator',
        scope: 'global',
        about: VERBS[verb].about,
        params: queuePlace,
        body: because,
        answer: did,
        audit: ({ params }) => ({ action: VERBS[verb].action, target: `queue ${params.partition}` }),
        handle: async ({ params }) => ({
          did: await ofRedis(tools.redis, () => change(verb, params.partition, tools)),
        }),
      }),
    ),
  ];
}

const VERBS = {
  pause: {
    action: 'queue.pause',
    about: 'Pauses a queue (`all`: every queue): no new drain starts. The pause survives restarts.',
    already: 'was already paused',
    done: 'is paused',
    means:
      'Webhooks are accepted but not processed; running drains finish. The pause survives restarts of everything and lasts until the queue is resumed.',
  },
  resume: {
    action: 'queue.resume',
    about: 'Resumes a queue (`all`: every queue): drains start again.',
    already: 'was not paused',
    done: 'is running again',
    means: 'Workers drain the waiting events as they have time.',
  },
} as const;

/** One queue after the other. If the process dies in between, the same request changes the rest. */
async function change(verb: keyof typeof VERBS, place: string, { queues }: QueueTools): Promise<string> {
  const partitions = place === 'all' ? [...queues.keys()] : [Number(place)];
  const { done, already, means } = VERBS[verb];
  const sentences: string[] = [];
  for (const partition of partitions) {
    const queue = queues[partition];
    if (!queue)
      throw new Refusal(
        'not_found',
        `no queue for partition ${partition}: partitions are 0 to ${queues.length - 1}`,
      );
    const wasPaused = await queue.isPaused();
    await (verb === 'pause' ? queue.pause() : queue.resume());
    sentences.push(`Queue ${partition} ${wasPaused === (verb === 'pause') ? already : done}.`);
  }
  return `${sentences.join(' ')} ${means}`;
}
