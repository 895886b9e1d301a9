import { randomUUID } from 'node:crypto';
import { BEFORE, type ActTest } from './act-test.ts';
import { EFFECTS } from './acts-on-effects.ts';
import { TOKENS } from './acts-on-tokens.ts';

const once = (is: boolean) => (is ? 1 : 0);

/** Actions on waiting events. */
const MAILBOXES: Record<string, ActTest> = {
  'post /dedupe/{event}/release': {
    writes: ['release of the claim'],
    again: 'same',
    prepare: async (world, reason) => {
      const { event } = await world.applied();
      return {
        place: `/dedupe/${event}/release`,
        body: () => ({ reason, confirm: true }),
        times: async () => once(!(await world.isClaimed(event))),
      };
    },
  },
  'post /locks/{shop}/{orderId}/release': {
    writes: ['fence', 'taking of the lock'],
    again: 'same',
    prepare: async (world, reason) => {
      const { order, token, isHeld } = await world.held();
      return {
        place: `/locks/${order}/release`,
        body: () => ({ reason, token, insist: true }),
        times: async () => once(!(await isHeld())),
      };
    },
  },
  'post /mailboxes/{shop}/{orderId}/wake': {
    writes: ['wake-up'],
    again: 'nothing',
    prepare: async (world, reason) => {
      const { order, free } = await world.held();
      return {
        place: `/mailboxes/${order}/wake`,
        body: () => ({ reason }),
        times: async () => 0,
        after: free,
      };
    },
  },
  'post /orders/{shop}/{orderId}/rebuild': {
    writes: ['replacement of the order'],
    again: 'same',
    prepare: async (world, reason) => {
      const { order, times } = await world.wrong();
      return { place: `/orders/${order}/rebuild`, body: () => ({ reason }), times };
    },
  },
  'post /orders/rebuild': {
    writes: ['replacement of the order'],
    again: 'same',
    prepare: async (world, reason) => {
      const { order, times } = await world.wrong();
      const [shop = '', id = ''] = order.split('/');
      // A page that begins after the previous order.
      const after = Buffer.from(`${shop}/${BigInt(id) - 1n}`).toString('base64url');
      return { place: '/orders/rebuild', body: () => ({ reason, shop, after, limit: 1 }), times };
    },
  },
  'post /queues/{partition}/pause': {
    writes: ['change of the queue'],
    again: 'same',
    prepare: async (world, reason) => ({
      place: '/queues/0/pause',
      body: () => ({ reason }),
      times: async () => once(await world.isPaused()),
      after: () => world.must('POST', '/queues/0/resume', BEFORE),
    }),
  },
  'post /queues/{partition}/resume': {
    writes: ['change of the queue'],
    again: 'same',
    prepare: async (world, reason) => {
      await world.must('POST', '/queues/0/pause', BEFORE);
      return {
        place: '/queues/0/resume',
        body: () => ({ reason }),
        times: async () => once(!(await world.isPaused())),
      };
    },
  },
};

const REPLAYED = 5;

/** Actions on parked events. */
const PARKED: Record<string, ActTest> = {
  'post /parked/replays': {
    writes: [
      'record of the replay',
      'claim of a parked event',
      'push of a parked event',
      'mark of parked events',
    ],
    again: 'same',
    prepare: async (world, reason) => {
      const events = await world.parked(REPLAYED);
      return {
        place: '/parked/replays',
        body: () => ({ reason, id: randomUUID(), which: { events }, rate: 50 }),
        times: async () => once((await world.appliedOf(events)) === REPLAYED),
      };
    },
  },
  'post /parked/replays/{id}/abort': {
    writes: ['record of the replay'],
    again: 'same',
    prepare: async (world, reason) => {
      // One per second: it is not finished before it is aborted.
      const events = await world.parked(6 * REPLAYED);
      const id = randomUUID();
      await world.must('POST', '/parked/replays', { ...BEFORE, id, which: { events }, rate: 1 });
      const { replays } = world.rig.collections;
      return {
        place: `/parked/replays/${id}/abort`,
        body: () => ({ reason }),
        // A replay that loses a server stops automatically: then there is nothing to abort.
        times: () => replays.countDocuments({ _id: id, state: { $in: ['aborted', 'stopped'] } }),
      };
    },
  },
  'post /parked/discards': {
    writes: ['mark of parked events'],
    again: 'same',
    prepare: async (world, reason) => {
      const [event = ''] = await world.parked(1);
      const { parked } = world.rig.collections;
      return {
        place: '/parked/discards',
        body: () => ({ reason, which: { events: [event] } }),
        times: () => parked.countDocuments({ _id: event, state: 'discarded' }),
      };
    },
  },
  'get /events/{event}': {
    writes: [],
    again: 'nothing',
    prepare: async (world, reason) => {
      const { event } = await world.applied();
      return {
        place: `/events/${event}?payload=1&reason=${encodeURIComponent(reason)}`,
        times: async () => 0,
      };
    },
  },
  'get /orders/{shop}/{orderId}': {
    writes: [],
    again: 'nothing',
    prepare: async (world, reason) => {
      const { order } = await world.applied();
      return {
        place: `/orders/${order}?reason=${encodeURIComponent(reason)}`,
        times: async () => 0,
      };
    },
  },
  'get /exports/orders': {
    writes: [],
    again: 'nothing',
    prepare: async (_world, reason) => ({
      place: `/exports/orders?bodies=1&shop=nobody.myshopify.com&reason=${encodeURIComponent(reason)}`,
      times: async () => 0,
    }),
  },
};

/** Actions on shops, which the app program carries out, and on Shopify's requests. */
const SHOPS: Record<string, ActTest> = {
  'post /reconciles': {
    writes: ['record of the pass'],
    again: 'another',
    prepare: async (world, reason) => {
      const { reconciles } = world.rig.collections;
      return {
        place: '/reconciles',
        body: () => ({ shop: world.shop.name, since: '1h', dryRun: false, reason }),
        times: () => reconciles.countDocuments({ reason }),
      };
    },
  },
  'post /completeness': {
    writes: ['record of the check'],
    again: 'another',
    prepare: async (world, reason) => {
      const { completeness } = world.rig.collections;
      return {
        place: '/completeness',
        body: () => ({ shop: world.shop.name, from: '2026-10-01', to: '2026-10-31', reason }),
        times: () => completeness.countDocuments({ reason }),
      };
    },
  },
  'post /reconciles/{id}/abort': {
    writes: ['end of the pass'],
    again: 'same',
    prepare: async (world, reason) => {
      const { id, begin } = await world.pass();
      const { reconciles } = world.rig.collections;
      return {
        place: `/reconciles/${id}/abort`,
        body: () => ({ reason }),
        times: () => reconciles.countDocuments({ _id: id, state: 'aborted' }),
        after: begin,
      };
    },
  },
  'post /compliance/{id}/export': {
    writes: ['record of the export'],
    again: 'same',
    prepare: async (world, reason) => {
      const id = await world.dataRequest();
      const { compliance } = world.rig.collections;
      return {
        place: `/compliance/${id}/export`,
        body: () => ({ reason }),
        times: () => compliance.countDocuments({ _id: id, state: 'done' }),
      };
    },
  },
};

/** Lookups change nothing, although they are a POST; events of other systems are for tests of their own. */
export const LOOKS = [
  'post /dedupe/lookup',
  'post /destinations/preview',
  'post /destinations/{name}/compare',
  'post /events',
];

/** Every action of an operator, by its route. */
export const ACTS: Readonly<Record<string, ActTest>> = {
  ...MAILBOXES,
  ...PARKED,
  ...SHOPS,
  ...EFFECTS,
  ...TOKENS,
};
