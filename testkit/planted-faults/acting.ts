import type { PlantedFault } from './fault.ts';

/** Faults in operators' actions: operate/, persist/. */
export const ACTING: readonly PlantedFault[] = [
  {
    name: 'event-put-back-after-it-ended',
    promise: 'P3',
    file: 'operate/steering/replay-run.ts',
    find: 'if (!ended) await putBack(taken.event);',
    replace: 'if (ended !== undefined) await putBack(taken.event);',
    tests: ['operate/parked-replay'],
    named: 'an event that was processed after all is not put back',
  },
  {
    name: 'act-without-its-audit-entry',
    promise: 'P8',
    file: 'operate/api/router.ts',
    find: 'await begun({ ...act, ...actor(asked) }, audit);',
    replace: 'await begun({ ...act, ...actor(asked) }, audit).catch(() => 0);',
    tests: ['operate/while-mongodb-hangs'],
    named: 'a change is refused in 3 s and never done',
  },
  {
    name: 'act-of-a-dead-program-never-ended',
    promise: 'P8',
    file: 'persist/audit-log.ts',
    find: ".find({ outcome: 'begun', at,",
    replace: ".find({ outcome: 'done', at,",
    tests: ['operate/the-audit-is-a-chain'],
  },
];
