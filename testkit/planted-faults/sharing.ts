import type { PlantedFault } from './fault.ts';

/** Faults in the shares of shops: the rounds, the lanes, and how much a worker takes at once. */
export const SHARING: readonly PlantedFault[] = [
  {
    name: 'all-orders-of-a-shop-in-one-round',
    promise: 'P6',
    file: 'deposit/fair-shares.ts',
    find: "tonumber(redis.call('HGET', keys.shares, shop) or nil) or 0)",
    replace: '0)',
    tests: ['deposit/every-shop-gets-its-share'],
    named: 'a shop has 16 orders in each round',
  },
  {
    name: 'live-event-stays-in-its-orders-lane',
    promise: 'P6',
    file: 'deposit/fair-shares.ts',
    find: "if known and (known <= ${LAST_ROUND} or lane ~= '') then",
    replace: 'if known then',
    tests: ['deposit/every-shop-gets-its-share'],
    named: 'replayed events come after all live ones',
  },
  {
    name: 'job-of-a-lane-keeps-a-live-one-away',
    promise: 'P6',
    file: 'deposit/waker.ts',
    find: 'return isLane(round) ?',
    replace: 'return isLane(-round) ?',
    tests: ['deposit/every-shop-gets-its-share'],
    named: 'replayed events come after all live ones',
  },
  {
    name: 'weights-ignored',
    promise: 'P6',
    file: 'deposit/scripts.ts',
    find: 'weights[shop] or 1)',
    replace: '1)',
    tests: ['deposit/every-shop-gets-its-share'],
    named: 'a shop with a weight of 4',
  },
  {
    name: 'idle-worker-takes-as-many-jobs-as-orders',
    promise: 'P6',
    file: 'drain/places.ts',
    find: 'Math.ceil(free / ORDERS_OF_A_JOB)',
    replace: 'Math.ceil((free * ORDERS_OF_A_JOB) / ORDERS_OF_A_JOB)',
    tests: ['drain/places'],
  },
];
