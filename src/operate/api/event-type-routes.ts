import type { DataSchemas } from '../../accept/data-schemas.ts';
import type { EventTypeDocument } from '../../persist/event-type-schema.ts';
import type { EventTypeStore } from '../../persist/event-type-store.ts';
import { invalidField, Refusal } from '../refusal.ts';
import {
  eventType,
  eventTypeAnswer,
  eventTypeList,
  eventTypePlace,
  eventTypePut,
  type EventType,
  type EventTypePut,
} from '../shapes/intake.ts';
import { because, did } from '../shapes/mailboxes.ts';
import { route, type Route } from './route.ts';
import { parseUnambiguous } from './unambiguous.ts';

export interface EventTypeTools {
  types: EventTypeStore;
  schemas: Pick<DataSchemas, 'problem'>;
}

const LARGEST_SCHEMA = 64 * 1024;
/** An order keeps the newest event of each type: with 64 kB each, they fit into MongoDB's 16 MB. */
const MOST_TYPES = 100;

/** The types of events that other systems may send. */
export function eventTypeRoutes(tools: EventTypeTools): Route[] {
  return [...lookingRoutes(tools), ...changingRoutes(tools)];
}

function lookingRoutes({ types }: EventTypeTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/event-types',
      role: 'viewer',
      scope: 'global',
      about: 'The types of events that other systems may send, by name.',
      answer: eventTypeList,
      handle: async () => ({ types: (await types.all()).map(viewOf) }),
    }),
    route({
      method: 'get',
      path: '/event-types/{source}/{name}',
      role: 'viewer',
      scope: 'global',
      about: 'One type, with the schema of its data.',
      params: eventTypePlace,
      answer: eventType,
      handle: async ({ params }) => {
        const found = await types.one(`${params.source}/${params.name}`);
        return found ? viewOf(found) : unknown(`${params.source}/${params.name}`);
      },
    }),
  ];
}

function changingRoutes(tools: EventTypeTools): Route[] {
  return [
    route({
      method: 'put',
      path: '/event-types/{source}/{name}',
      role: 'admin',
      scope: 'global',
      about: 'Registers a type, or replaces its schema. Events that were accepted before stay as they are.',
      parseBody: parseUnambiguous,
      params: eventTypePlace,
      body: eventTypePut,
      answer: eventTypeAnswer,
      audit: ({ params }) => ({
        action: 'event-type.put',
        target: `event type ${params.source}/${params.name}`,
      }),
      handle: async ({ params, body }) => await put(`${params.source}/${params.name}`, body, tools),
    }),
    route({
      method: 'delete',
      path: '/event-types/{source}/{name}',
      role: 'admin',
      scope: 'global',
      about: 'Deletes a type: no more events of it are accepted. Orders keep what they have.',
      params: eventTypePlace,
      body: because,
      answer: did,
      audit: ({ params }) => ({
        action: 'event-type.delete',
        target: `event type ${params.source}/${params.name}`,
      }),
      handle: async ({ params }) => {
        const type = `${params.source}/${params.name}`;
        if (!(await tools.types.remove(type))) unknown(type);
        return { did: `deleted: no more events of ${type} are accepted` };
      },
    }),
  ];
}

async function put(type: string, asked: EventTypePut, { types, schemas }: EventTypeTools) {
  const schema = JSON.stringify(asked.schema);
  if (schema.length > LARGEST_SCHEMA) throw invalidField('schema', `more than ${LARGEST_SCHEMA} bytes`);
  const problem = await schemas.problem(schema);
  if (problem !== null) throw invalidField('schema', problem);
  const known = await types.one(type);
  if (!known && (await types.all()).length >= MOST_TYPES)
    throw new Refusal('conflict', `there are already ${MOST_TYPES} types: delete one first`);
  const stored = await types.put(type, { dataSchema: schema, public: asked.public }, known?.revision ?? null);
  if (!stored) throw new Refusal('conflict', 'it was changed at the same moment: look at it again');
  return { ...viewOf(stored), did: known ? `changed: revision ${stored.revision}` : 'registered' };
}

function unknown(type: string): never {
  throw new Refusal('not_found', `there is no event type ${type}`);
}

function viewOf({ _id, dataSchema, createdAt, changedAt, ...rest }: EventTypeDocument): EventType {
  return {
    type: _id,
    schema: JSON.parse(dataSchema) as unknown,
    public: [...rest.public],
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    revision: rest.revision,
  };
}
