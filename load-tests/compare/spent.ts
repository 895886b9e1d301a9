import { setTimeout as sleep } from 'node:timers/promises';
import { cpuTimes } from './cpu-time.ts';
import type { Running } from './running.ts';

/** What an event takes, from its webhook to MongoDB. Null if it was not measured. */
export interface Spent {
  /** CPU time of the contender's programs. */
  ownCpuMicros: number | null;
  /** CPU time of Redis, MongoDB and other servers. */
  serverCpuMicros: number | null;
  /** How often MongoDB flushed its log to disk. */
  mongoFlushes: number | null;
}

export const NOTHING_SPENT: Spent = { ownCpuMicros: null, serverCpuMicros: null, mongoFlushes: null };

/** After its last event, a contender removes what it has applied, and Lockstep completes its change feed. */
const REST_MS = 500;

/** Begins to measure. @returns ends it: what each of the events took */
export async function startMeter({ place, pids }: Running): Promise<(events: number) => Promise<Spent>> {
  const read = async () => ({ cpu: cpuTimes(pids), flushes: await flushesOf(place.mongo) });
  const before = await read();
  return async (events) => {
    await sleep(REST_MS);
    const after = await read();
    const each = (from: number | undefined, to: number | undefined) =>
      from === undefined || to === undefined ? null : (to - from) / events;
    const micros = (from: number | undefined, to: number | undefined) => {
      const seconds = each(from, to);
      return seconds === null ? null : seconds * 1e6;
    };
    return {
      ownCpuMicros: micros(before.cpu?.own, after.cpu?.own),
      serverCpuMicros: micros(before.cpu?.servers, after.cpu?.servers),
      mongoFlushes: each(before.flushes, after.flushes),
    };
  };
}

interface ServerStatus {
  wiredTiger?: { log?: { 'log sync operations'?: number } };
}

async function flushesOf(mongo: Running['place']['mongo']): Promise<number | undefined> {
  const status: ServerStatus = await mongo.getClient().db('admin').command({ serverStatus: 1 });
  return status.wiredTiger?.log?.['log sync operations'];
}
