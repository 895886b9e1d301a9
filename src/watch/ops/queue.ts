import type { QueueList } from '../shapes/queues.ts';
import { placeOf } from './ask.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import { age, counted, table } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

/** What pausing and going on have in common. */
const turning = (way: 'pause' | 'resume', about: string, would: string) =>
  verb<Changing>({
    call: `${way} [partition]`,
    about,
    options: changeOptions(),
    act: async (session, [partition = 'all'], changing) => {
      if (!/^(all|\d{1,4})$/.test(partition))
        throw new OpsProblem('usage', `${partition} is neither a partition nor all`);
      await change(session, changing, {
        look: async () => {
          const { queues } = await session.ask<QueueList>('/queues');
          const shown = queues.filter((queue) => ['all', String(queue.partition)].includes(partition));
          if (shown.length === 0) throw new OpsProblem('refused', `there is no partition ${partition}`);
          const now = queuesText({ queues: shown, inPerSecond: null, outPerSecond: null });
          return { would: `${now}\n\n${would}`, refused: null, shown };
        },
        act: (reason) => session.send(placeOf('queues', partition, way), { reason }),
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
