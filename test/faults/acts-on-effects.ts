import { randomUUID } from 'node:crypto';
import { BEFORE, type ActTest } from './act-test.ts';
import type { ActsWorld } from './acts-world.ts';

const SHOP = 'example.myshopify.com';
/** Nothing is sent there: no publisher runs. */
const FIELDS = { url: 'http://127.0.0.1:9/', allowPrivate: true, on: ['orders/paid'] };

async function added(world: ActsWorld): Promise<string> {
  const name = `d-${randomUUID()}`;
  await world.must('PUT', `/destinations/${name}`, { ...FIELDS, ...BEFORE });
  return name;
}

/** An effect in this state, at a destination of its own. */
async function effectOf(world: ActsWorld, state: 'parked' | 'waiting'): Promise<string> {
  const destination = await added(world);
  const { effects } = world.rig.collections;
  const id = `ef_${randomUUID().replaceAll('-', '')}00000000`;
  const at = new Date();
  const place = { version: 1, index: 0, sequence: 1, event: null, webhookId: null, topic: 'orders/paid' };
  const after = { status: 'created', financialStatus: null, fulfillmentStatus: null };
  const change = { order: `${SHOP}/1`, shop: SHOP, before: null, after, late: false, occurredAt: at };
  const failed = { attempts: 1, failures: 1, dueAt: null, lastError: 'it answered 500', because: null };
  const ended = { sentAt: null, receipt: null, doneAt: null };
  const effect = { destination, state, open: true, createdAt: at, ...place, ...change, ...failed, ...ended };
  await effects.collection.insertOne({ _id: id as never, ...effect });
  return id;
}

/** A handler's, with a step that it can undo. */
async function handlersEffect(world: ActsWorld): Promise<string> {
  const { destinations, effects, handlerSteps } = world.rig.collections;
  const id = await effectOf(world, 'parked');
  const effect = await effects.findById(id).lean();
  const known = await destinations.findById(effect?.destination).lean();
  const name = `handler-${randomUUID()}`;
  await destinations.collection.insertOne({ ...known, _id: name as never, kind: 'handler' });
  await effects.updateOne({ _id: id }, { $set: { destination: name } });
  const fields = { effect: id, order: `${SHOP}/1`, round: 0, number: 0, name: 'reserve', kind: 'step' };
  const kept = { result: '1', canUndo: true, undoneAt: null, version: 1, keptAt: new Date(), endedAt: null };
  await handlerSteps.collection.insertOne({ _id: `${id}/0/reserve` as never, ...fields, ...kept });
  return id;
}

const typeName = () => `wms/t${randomUUID().slice(0, 8)}`;

/** Actions on destinations, effects, and types of other systems' events. */
export const EFFECTS: Record<string, ActTest> = {
  'put /destinations/{name}': {
    writes: ['record of the destination'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = `d-${randomUUID()}`;
      return {
        place: `/destinations/${name}`,
        body: () => ({ ...FIELDS, reason }),
        times: () => world.rig.collections.destinations.countDocuments({ _id: name }),
      };
    },
  },
  'post /destinations/{name}/backfill': {
    writes: ['change of the destination'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = await added(world);
      return {
        place: `/destinations/${name}/backfill`,
        body: () => ({ from: 'beginning', reason }),
        times: () =>
          world.rig.collections.destinations.countDocuments({
            _id: name,
            'backfill.endedAt': null,
            backfill: { $ne: null },
          }),
      };
    },
  },
  'post /destinations/{name}/pause': {
    writes: ['change of the destination'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = await added(world);
      return {
        place: `/destinations/${name}/pause`,
        body: () => ({ reason }),
        times: () => world.rig.collections.destinations.countDocuments({ _id: name, state: 'paused' }),
      };
    },
  },
  'post /destinations/{name}/resume': {
    writes: ['change of the destination'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = await added(world);
      await world.must('POST', `/destinations/${name}/pause`, BEFORE);
      return {
        place: `/destinations/${name}/resume`,
        body: () => ({ reason }),
        times: () => world.rig.collections.destinations.countDocuments({ _id: name, state: 'active' }),
      };
    },
  },
  'post /destinations/{name}/test': {
    writes: [],
    again: 'nothing',
    prepare: async (world, reason) => ({
      place: `/destinations/${await added(world)}/test`,
      body: () => ({ reason }),
      times: async () => 0,
    }),
  },
  'post /destinations/{name}/repair': {
    writes: ['storing of effects'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = await added(world);
      const { order } = await world.applied();
      const { effects } = world.rig.collections;
      return {
        place: `/destinations/${name}/repair`,
        body: () => ({ orders: [order], reason }),
        // The order may have a new version between two requests.
        times: async () =>
          (await effects.distinct('order', { destination: name, topic: 'lockstep/repaired' })).length,
      };
    },
  },
  'delete /destinations/{name}': {
    writes: ['change of the destination'],
    again: 'same',
    prepare: async (world, reason) => {
      const name = await added(world);
      const { destinations } = world.rig.collections;
      return {
        place: `/destinations/${name}`,
        body: () => ({ reason }),
        times: async () => 1 - (await destinations.countDocuments({ _id: name })),
      };
    },
  },
  'put /event-types/{source}/{name}': {
    writes: ['record of the type'],
    again: 'same',
    prepare: async (world, reason) => {
      const type = typeName();
      return {
        place: `/event-types/${type}`,
        body: () => ({ schema: {}, reason }),
        times: () => world.rig.collections.eventTypes.countDocuments({ _id: type }),
      };
    },
  },
  'delete /event-types/{source}/{name}': {
    writes: ['deletion of the type'],
    again: 'same',
    prepare: async (world, reason) => {
      const type = typeName();
      await world.must('PUT', `/event-types/${type}`, { schema: {}, ...BEFORE });
      return {
        place: `/event-types/${type}`,
        body: () => ({ reason }),
        times: async () => 1 - (await world.rig.collections.eventTypes.countDocuments({ _id: type })),
      };
    },
  },
  'post /effects/replay': {
    writes: ['change of effects'],
    again: 'same',
    prepare: async (world, reason) => {
      const id = await effectOf(world, 'parked');
      return {
        place: '/effects/replay',
        body: () => ({ ids: [id], reason }),
        times: () => world.rig.collections.effects.countDocuments({ _id: id, state: 'waiting' }),
      };
    },
  },
  'post /effects/skip': {
    writes: ['change of effects'],
    again: 'same',
    prepare: async (world, reason) => {
      const id = await effectOf(world, 'waiting');
      return {
        place: '/effects/skip',
        body: () => ({ ids: [id], reason }),
        times: () => world.rig.collections.effects.countDocuments({ _id: id, state: 'skipped' }),
      };
    },
  },
  'post /effects/{id}/undo': {
    writes: ['decision to undo', 'opening of the steps', 'change of effects'],
    again: 'same',
    prepare: async (world, reason) => {
      const id = await handlersEffect(world);
      return {
        place: `/effects/${id}/undo`,
        body: () => ({ reason }),
        times: () => world.rig.collections.effects.countDocuments({ _id: id, state: 'failing' }),
      };
    },
  },
};
