import type { PlantedFault } from './fault.ts';

/** Faults in what is stored of an order's body: persist/, operate/. */
export const STORING: readonly PlantedFault[] = [
  {
    name: 'newer-body-not-stored',
    promise: 'P5',
    file: 'persist/order-store.ts',
    find: 'known?.whole !== undefined && known.whole === order.whole',
    replace: 'known?.whole !== undefined && order.whole !== undefined',
    tests: ['persist/a-commit-sends-only-a-changed-body'],
    named: 'a newer body is sent',
  },
  {
    name: 'list-named-tostring-stored-as-it-is',
    promise: 'P8',
    file: 'persist/stored-json.ts',
    find: 'new Set([...MEMORY_KEYS, ...Object.getOwnPropertyNames(Object.prototype)])',
    replace: "new Set([...MEMORY_KEYS, '__proto__'])",
    tests: ['persist/a-body-is-stored-without-loss'],
    named: 'a list with the name toString',
  },
  {
    name: 'redacted-order-compared-with-more-than-it-may-have',
    promise: 'P5',
    file: 'operate/stories/compare-stored.ts',
    find: 'checked: rebuild.compare(order, redacted)',
    replace: 'checked: rebuild.compare(order)',
    tests: ['compliance/an-order-that-changed-its-customer'],
    named: 'agrees with its journal',
  },
  {
    name: 'command-waits-for-closed-connection',
    promise: 'P3',
    file: 'system/mongodb-driver-fix.ts',
    find: "this.socket.emit('drain');",
    replace: "this.socket.emit('pause');",
    tests: ['system/mongodb-driver-fix'],
  },
];
