import { createDataSchemas, SchemaTooSlow } from '../accept/data-schemas.ts';
import { takeEvent, type IntakeTools } from '../accept/intake.ts';
import type { Waker } from '../deposit/waker.ts';
import { createEventTypeStore } from '../persist/event-type-store.ts';
import { createIntakeKeys } from '../persist/intake-keys.ts';
import { Fault } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { ApiTools } from '../operate/api/routes.ts';
import { Refusal } from '../operate/refusal.ts';
import { durableDeposits } from './durable-deposits.ts';
import type { Resources } from './resources.ts';

/** Takes events of other systems, as durably as ingest takes webhooks. */
export function intakeTools(
  resources: Resources,
  waker: Waker,
): Pick<ApiTools, 'intake' | 'eventTypes'> & { component: Component } {
  const { now, mongo, collections } = resources;
  const types = createEventTypeStore(collections, now);
  const schemas = createDataSchemas();
  const tools: IntakeTools = {
    types,
    keys: createIntakeKeys(collections),
    schemas,
    depositor: durableDeposits(resources, { waker, client: mongo.getClient(), database: mongo.name }),
    now,
  };
  const unavailable = (error: unknown): never => {
    const isKnown = error instanceof Fault || error instanceof SchemaTooSlow;
    throw isKnown ? new Refusal('unavailable', `${error.message}; send the request again`) : error;
  };
  return {
    intake: { take: (sent) => takeEvent(sent, tools).catch(unavailable) },
    eventTypes: {
      types,
      schemas: { problem: (schema) => schemas.problem(schema).catch(tooSlow) },
    },
    component: { name: 'schemas', stop: () => schemas.close() },
  };
}

function tooSlow(error: unknown): string {
  if (error instanceof SchemaTooSlow) return error.message;
  throw error;
}
