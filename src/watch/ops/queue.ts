import type { QueueList } from '../shapes/queues.ts';
import { placeOf } from './ask.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import { age, counted, table } from './table.ts';
import { reasonOption, verb, yesOption } from './verb.ts';

/** What pausing and going on have in common. */
const turning = (way: 'pause' | 'resume', about: string, would: string) =>
  verb<{ reason: string; yes?: true }>({
    call: `${way} [partition]`,
    about,
    options: [reasonOption().makeOptionMandatory(), yesOption()],
    act: async (session, [partition = 'all'], { reason, yes }) => {
      if (!/^(all|\d{1,4})$/.test(partition))
        throw new OpsProblem('usage', `${partition} is neither a partition nor all`);
      const list = yes ? null : await session.ask<QueueList>('/queues');
      const meant = list?.queues.filter((queue) => ['all', String(queue.partition)].includes(partition));
      if (meant?.length === 0) throw new OpsProblem('refused', `there is no partition ${partition}`);
      await change(session, {
        yes,
        would: `${queuesText({ queues: meant ?? [], inPerSecond: null, outPerSecond: null })}\n\n${would}`,
        shown: meant,
        act: () => session.send(placeOf('queues', partition, way), { reason }),
      });
    },
  });

export const QUEUE_VERBS = [
  verb({
    call: 'ls',
    about: 'the queues, their jobs and what waits',
    act: async (session) => {
      const list = await session.ask<QueueList>('/queues');
      session.show(list, queuesText(list));
    },
  }),
  turning(
    'pause',
    'takes no more drains from a queue',
    'They would be paused: events are taken and wait, also over restarts, until resumed.',
  ),
  turning('resume', 'lets a queue go on', 'They would go on.'),
];

function queuesText({ queues, inPerSecond, outPerSecond }: QueueList): string {
  const paused = queues.filter((queue) => queue.paused).length;
  const rate =
    inPerSecond === null || outPerSecond === null
      ? ''
      : `; ${inPerSecond.toFixed(1)} events/s in, ${outPerSecond.toFixed(1)} out`;
  const head = `${counted(queues.length, 'queue')}, ${paused === 0 ? 'none paused' : `${paused} PAUSED`}${rate}.`;
  const rows = queues.map(
    ({ partition, paused: held, jobs, waitingEvents, waitingOrders, oldestWaitMs, workers }) => [
      partition,
      held ? 'PAUSED' : 'runs',
      jobs.active,
      jobs.waiting,
      jobs.delayed,
      jobs.failed,
      waitingEvents,
      waitingOrders,
      age(oldestWaitMs),
      workers,
    ],
  );
  const names = [
    'partition',
    'state',
    'active',
    'waiting',
    'delayed',
    'failed',
    'events',
    'orders',
    'oldest',
    'workers',
  ];
  return `${head}\n\n${table(rows, names)}`;
}
