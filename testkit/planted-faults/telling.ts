import type { PlantedFault } from './fault.ts';

/** Faults in what is shown to people: operate/, persist/. */
export const TELLING: readonly PlantedFault[] = [
  {
    name: 'order-hides-its-parked-events',
    promise: 'P7',
    file: 'system/states.ts',
    find: "export const MISSING_STATES = ['parked', 'replaying'] as const",
    replace: "export const MISSING_STATES = ['replaying'] as const",
    tests: ['operate/an-order-shows-its-missing-events'],
  },
  {
    name: 'locks-of-dead-holders-not-counted',
    promise: 'P8',
    file: 'operate/steering/lock-reader.ts',
    find: `count: async () => {
      const orders = await ordersToLookAt(tools);`,
    replace: `count: async () => {
      const orders = await tools.activeOrders(shareOf(partitions));`,
    tests: ['operate/status'],
    named: 'the lock of a holder that died counts',
  },
  {
    name: 'false-alarm-after-redis-returns',
    promise: 'P8',
    file: 'operate/status/status-reader.ts',
    find: "(running === 0 && !outages.hasSettled('redis') ? null : running)",
    replace: '(running)',
    tests: ['operate/an-outage-is-reported-as-it-was'],
  },
  {
    name: 'a-minority-of-lock-servers-is-enough',
    promise: 'P8',
    file: 'health/checks.ts',
    find: '=> up > of / 2',
    replace: '=> up > 0',
    tests: ['operate/status-sentence'],
  },
];
