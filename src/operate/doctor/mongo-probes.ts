import type { Connection, Model } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import { clockSkew } from './clock-skew.ts';
import { bad, doubtful, good, type Finding, type Probe } from './probe.ts';

/** Whether MongoDB keeps what it acknowledged (P2), and has the indexes to find it. */
export function mongoProbes(mongo: Connection, collections: Collections, retentionDays: number): Probe[] {
  const admin = () => mongo.getClient().db().admin();
  const hello = () => admin().command({ hello: 1 });
  // This command needs a privilege of its own, but the embedded engine reports its time only here.
  const serverStatus = () => admin().command({ serverStatus: 1 });
  return [
    {
      name: 'clock of MongoDB',
      look: () => clockSkew(async () => timeIn(await hello()) ?? timeIn(await serverStatus()) ?? noTime()),
    },
    {
      name: 'MongoDB version',
      look: async () => versionFinding(String((await admin().buildInfo()).version)),
    },
    {
      name: 'MongoDB write concern',
      look: async () => {
        const { setName } = await hello();
        const { w, journal } = mongo.getClient().writeConcern ?? {};
        return writeConcernFinding(w, journal, typeof setName === 'string' ? setName : null);
      },
    },
    { name: 'MongoDB indexes', look: () => indexFinding(collections) },
    { name: 'journal retention', look: () => retentionFinding(collections, retentionDays) },
  ];
}

function timeIn({ localTime }: { localTime?: unknown }): number | null {
  return localTime instanceof Date ? localTime.getTime() : null;
}

function noTime(): never {
  throw new Error('the server does not report its time');
}

/** Versions before 8.0 cannot commit many orders in one command. */
export function versionFinding(version: string): Finding {
  return Number(version.split('.')[0]) >= 8 ? good(version) : bad(version, 'use MongoDB 8.0 or later');
}

export function writeConcernFinding(w: unknown, journal: unknown, setName: string | null): Finding {
  if (w !== 'majority' || journal !== true)
    return bad(
      `w ${String(w)}, journal ${String(journal)}`,
      'remove w and journal from MONGODB_URI: only majority, journaled writes are durable',
    );
  if (setName !== null) return good(`majority, journaled; replica set ${setName}`);
  return doubtful(
    'majority, journaled; one server, no replica set',
    'use a replica set of three if MongoDB must survive the loss of a machine',
  );
}

/** Missing indexes. Indexes with other options are reported by MongoDB when a worker starts. */
async function indexFinding(collections: Collections): Promise<Finding> {
  const models = Object.values(collections) as Model<unknown>[];
  const missing = await Promise.all(models.map(missingIn));
  const all = missing.flat();
  if (all.length === 0) return good(`all present, in ${models.length} collections`);
  return bad(
    `missing: ${all.join(', ')}`,
    'restart a worker: it creates them; until then, queries scan whole collections',
  );
}

async function missingIn(model: Model<unknown>): Promise<string[]> {
  const there = new Set((await model.collection.indexes()).map(({ key }) => JSON.stringify(key)));
  return model.schema
    .indexes()
    .map(([keys]) => JSON.stringify(keys))
    .filter((keys) => !there.has(keys))
    .map((keys) => `${model.collection.collectionName} ${keys}`);
}

async function retentionFinding({ events }: Collections, retentionDays: number): Promise<Finding> {
  const indexes = await events.collection.indexes();
  const seconds: unknown = indexes.find(
    ({ expireAfterSeconds }) => expireAfterSeconds !== undefined,
  )?.expireAfterSeconds;
  if (seconds === undefined)
    return bad('entries are kept forever: the index that expires them is missing', 'restart a worker');
  if (Number(seconds) === Math.round(retentionDays * 86_400)) return good(`${retentionDays} days`);
  return doubtful(
    `entries are kept for ${(Number(seconds) / 86_400).toFixed(1)} days, and JOURNAL_RETENTION_DAYS is ${retentionDays}`,
    'give every program the same JOURNAL_RETENTION_DAYS, and restart a worker',
  );
}
