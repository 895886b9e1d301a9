import { createDataSchemas, SchemaTooSlow } from '../accept/data-schemas.ts';
import { takeEvent, type IntakeTools } from '../accept/intake.ts';
import { createSpoolingDepositor } from '../deposit/spooling-depositor.ts';
import type { Waker } from '../deposit/waker.ts';
import { createEventTypeStore } from '../persist/event-type-store.ts';
import { createIntakeKeys } from '../persist/intake-keys.ts';
import { createSpool } from '../persist/spool.ts';
import { Fault } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { ApiTools } from '../operate/api/routes.ts';
import { Refusal } from '../operate/refusal.ts';
import { depositorOver } from './deposits.ts';
import type { Resources } from './resources.ts';

/** Takes events of other systems, as durably as ingest takes webhooks: in Redis, or else in the spool. */
export function intakeTools(
  resources: Resources,
  waker: Waker,
): Pick<ApiTools, 'intake' | 'eventTypes'> & { component: Component } {
  const { config, log, metrics, now, mongo, collections } = resources;
  const spooled = (because: string) => {
    metrics.spooledTotal.inc();
    log.debug({ because }, 'event put into the spool');
  };
  const spool = createSpool(mongo.getClient(), collections.spool.db.name);
  const inRedis = depositorOver(resources, waker);
  const types = createEventTypeStore(collections, now);
  const schemas = createDataSchemas();
  const tools: IntakeTools = {
    types,
    keys: createIntakeKeys(collections),
    schemas,
    depositor: createSpoolingDepositor(inRedis, spool, config.DEPOSIT_TIMEOUT_MS, { spooled }),
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
