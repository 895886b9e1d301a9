import type { mongo } from 'mongoose';
import type { Part } from '../system/lifecycle.ts';
import { within } from '../system/within.ts';
import type { Collections } from './collections.ts';
import type { ProgramDocument } from './program-schema.ts';

/** The app tells when it starts; the record outlives it, so that a restart of the app opens nothing. */
export function tellAppStarted({ programs }: Pick<Collections, 'programs'>, now: () => number): Part {
  return {
    name: 'record of the app',
    start: async () => {
      await programs.updateOne({ _id: 'app' }, { $set: { startedAt: new Date(now()) } }, { upsert: true });
    },
    stop: () => undefined,
  };
}

const EVERY_MS = 5000;
/** A start does not wait longer for MongoDB, which may be away. */
const FIRST_MS = 500;

export interface AppPresence extends Part {
  isThere: () => boolean;
}

/**
 * Whether an app program was ever started over this database, for ingest. Asked beside the way of webhooks, which never
 * wait for it, until it is so. Fails open: while MongoDB is away, what was known last counts.
 * @param configured whether the settings already tell of one
 */
export function appPresence(client: mongo.MongoClient, database: string, configured: boolean): AppPresence {
  const programs = client.db(database).collection<ProgramDocument>('programs');
  let there = configured;
  let timer: NodeJS.Timeout | null = null;
  const ask = async () => {
    if (await programs.findOne({ _id: 'app' })) there = true;
  };
  const askAgain = () => {
    if (there && timer) clearInterval(timer);
    else void ask().catch(() => undefined);
  };
  return {
    name: 'presence of the app',
    start: async () => {
      if (there) return;
      await within(ask(), FIRST_MS).catch(() => undefined);
      timer = setInterval(askAgain, EVERY_MS);
    },
    stop: () => {
      if (timer) clearInterval(timer);
    },
    isThere: () => there,
  };
}
