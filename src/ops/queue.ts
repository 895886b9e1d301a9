import type { QueueList } from '../operate/shapes/queues.ts';
import { placeOf } from './ask.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import { age, counted, table } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

/** The command `pause` or `resume`. */
const turning = (way: 'pause' | 'resume', about: string, would: string) =>
  verb<Changing>({
    call: `${way} [partition]`,
    about,
    options: changeOptions(),
    act: async (session, [partition = 'all'], changing) => {
      if (!/^(all|\d{1,4})$/.test(partition))
        throw new OpsProblem('usage', `invalid partition: ${partition} (expected a number, or all)`);
      await change(session, changing, {
        look: async () => {
          const { queues } = await session.ask<QueueList>('/queues');
          const shown = queues.filter((queue) => ['all', String(queue.partition)].includes(partition));
          if (shown.length === 0) throw new OpsProblem('refused', `no such partition: ${partition}`);
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
    about: 'List queues with their jobs and waiting events',
    act: async (session) => {
      const list = await session.ask<QueueList>('/queues');
      session.show(list, queuesText(list));
    },
  }),
  turning(
    'pause',
    'Pause the drains of one partition, or of all',
    'These queues would be paused until resumed, even across restarts. Events would be accepted but not processed.',
  ),
  turning('resume', 'Resume the drains of one partition, or of all', 'These queues would resume.'),
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
      held ? 'PAUSED' : 'running',
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
    'oldest wait',
    'workers',
  ];
  return `${head}\n\n${table(rows, names)}`;
}
