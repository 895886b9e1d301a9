import type { PlantedFault } from './fault.ts';

/** Faults in how the programs are assembled: compose/. */
export const COMPOSING: readonly PlantedFault[] = [
  {
    name: 'hours-of-the-dedupe-ttl-taken-for-seconds',
    promise: 'P3',
    file: 'compose/deposits.ts',
    find: 'waker, dedupeTtlSeconds(config)',
    replace: 'waker, config.DEDUPE_TTL_HOURS',
    tests: ['compose/settings-reach-what-they-set'],
  },
  {
    name: 'sweeper-not-started',
    promise: 'P6',
    file: 'compose/worker.ts',
    find: '        sweeper.component,',
    replace: '',
    tests: ['journeys/a-lost-wake-up-is-replaced'],
  },
  {
    name: 'lock-lives-as-long-as-a-deposit-may-take',
    promise: 'P4',
    file: 'compose/drains.ts',
    find: 'config.LOCK_TTL_MS',
    replace: 'config.DEPOSIT_TIMEOUT_MS',
    tests: ['compose/settings-reach-what-they-set'],
  },
  {
    name: 'a-stopping-program-says-that-it-is-ready',
    promise: 'P2',
    file: 'compose/ingest.ts',
    find: '    stopping: resources.stopping,',
    replace: '    stopping: new AbortController().signal,',
    tests: ['health/a-stopping-program-goes-on-serving'],
  },
  {
    name: 'a-stopping-program-keeps-connections',
    promise: 'P2',
    file: 'compose/composition.ts',
    find: 'stopping: lifecycle.stopping,',
    replace: '',
    tests: ['health/a-stopping-program-goes-on-serving'],
  },
  {
    name: 'bind-forgotten',
    promise: 'P1',
    file: 'compose/composition.ts',
    find: 'tellPort(log, about), config.BIND',
    replace: 'tellPort(log, about), undefined',
    tests: ['journeys/bind-is-for-every-listener'],
    named: 'with an address, it is the only one',
  },
];
