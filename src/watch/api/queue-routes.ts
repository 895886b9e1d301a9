import type { Queue as BullQueue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Sampler } from '../status/sampler.ts';
import { because, did } from '../shapes/mailboxes.ts';
import { queueList, queuePlace, type Queue } from '../shapes/queues.ts';
import { ofRedis } from './of-redis.ts';
import { Refusal } from './refusal.ts';
import { route, type Route } from './route.ts';

export interface QueueTools {
  redis: Redis;
  queues: readonly Pick<BullQueue, 'isPaused' | 'pause' | 'resume'>[];
  read: () => Promise<Queue[]>;
  rates: Sampler['rates'];
}

/** Queues: what they hold, and holding them. */
export function queueRoutes(tools: QueueTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/queues',
      role: 'viewer',
      about: 'The queue of each partition: jobs by state, what waits and for how long, and its workers.',
      answer: queueList,
      handle: async () => ({ queues: await ofRedis(tools.redis, tools.read), ...tools.rates() }),
    }),
    ...(['pause', 'resume'] as const).map((verb) =>
      route({
        method: 'post',
        path: `/queues/{partition}/${verb}`,
        role: 'operator',
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
    about: 'No new drain begins in a queue; `all` is every queue. It stays so over restarts.',
    already: 'was paused already',
    done: 'is paused',
    means:
      'Webhooks are taken and wait; drains under way end. It stays paused over restarts of everything until somebody resumes it.',
  },
  resume: {
    action: 'queue.resume',
    about: 'Drains begin again in a queue; `all` is every queue.',
    already: 'was not paused',
    done: 'goes on',
    means: 'What waits is drained as workers have time.',
  },
} as const;

/** One queue after the other. A process that dies in between has changed some: asked again it changes the rest. */
async function change(verb: keyof typeof VERBS, place: string, { queues }: QueueTools): Promise<string> {
  const partitions = place === 'all' ? [...queues.keys()] : [Number(place)];
  const { done, already, means } = VERBS[verb];
  const told: string[] = [];
  for (const partition of partitions) {
    const queue = queues[partition];
    if (!queue)
      throw new Refusal(
        'not_found',
        `no queue of partition ${partition}: there are 0 to ${queues.length - 1}`,
      );
    const wasPaused = await queue.isPaused();
    await (verb === 'pause' ? queue.pause() : queue.resume());
    told.push(`Queue ${partition} ${wasPaused === (verb === 'pause') ? already : done}.`);
  }
  return `${told.join(' ')} ${means}`;
}
