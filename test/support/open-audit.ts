import { createAuditLog, type Act } from '../../src/persist/audit-log.ts';
import { collectionsOf, prepareCollections, type Collections } from '../../src/persist/collections.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { silent } from './in-process.ts';
import { namespace } from './namespace.ts';

export const ACT: Act = {
  action: 'lock.release',
  target: 'example.myshopify.com/1',
  who: 'ada',
  role: 'operator',
  reason: 'it stands still',
};

/** An audit log in its own namespace. */
export async function openAudit(): Promise<{ audit: Collections['audit']; close: () => Promise<void> }> {
  const mongo = openMongo((await namespace()).mongoUri);
  await mongoReady(mongo);
  const collections = collectionsOf(mongo);
  await prepareCollections(collections, { journal: 90, changes: 30 });
  return { audit: collections.audit, close: () => mongo.close() };
}

/** Writes actions that end as in any program. */
export async function writeActs(audit: Collections['audit'], acts: number): Promise<void> {
  const log = createAuditLog(audit, silent);
  for (let i = 0; i < acts; i += 1) await log.end(await log.begin(ACT), 'done', `act ${i + 1}`);
}
