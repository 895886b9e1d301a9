import path from 'node:path';
import { Piscina } from 'piscina';
import type { DataChecked, DataProblem, DataQuestion } from './check-data.ts';

/** Checks the data of events against the schemas of their types. */
export interface DataSchemas {
  /** Why a schema cannot be used; null: it can. */
  problem: (schema: string) => Promise<string | null>;
  /** @returns where the data does not fit; empty: it fits. @throws SchemaTooSlow */
  check: (schema: string, data: string) => Promise<readonly DataProblem[]>;
  close: () => Promise<void>;
}

/** A check did not end in time: its schema needs too long for some data, or the machine is busy. */
export class SchemaTooSlow extends Error {
  override readonly name = 'SchemaTooSlow';
}

/** A useful check takes less than a millisecond; a thread starts in 0.2 s. */
const LONGEST_MS = 2000;
const IDLE_MS = 300_000;
const MEMORY_MB = 128;

/**
 * In worker threads, so that a regular expression that never ends, or takes all memory, ends only its thread. Threads
 * start with the first check.
 */
export function createDataSchemas(longestMs = LONGEST_MS): DataSchemas {
  let pool: Piscina | null = null;
  const filename = new URL(`./check-data${path.extname(import.meta.filename)}`, import.meta.url).href;
  const ask = async (question: DataQuestion): Promise<DataChecked> => {
    pool ??= new Piscina({
      filename,
      name: 'checkData',
      minThreads: 0,
      maxThreads: 2,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    try {
      return (await pool.run(question, { signal: AbortSignal.timeout(longestMs) })) as DataChecked;
    } catch (cause) {
      throw new SchemaTooSlow(`the schema was not checked within ${longestMs / 1000} s`, { cause });
    }
  };
  return {
    problem: async (schema) => {
      const checked = await ask({ schema, data: null });
      return 'schemaProblem' in checked ? checked.schemaProblem : null;
    },
    check: async (schema, data) => {
      const checked = await ask({ schema, data });
      if ('schemaProblem' in checked) throw new Error(`a stored schema is invalid: ${checked.schemaProblem}`);
      return checked.problems;
    },
    close: async () => {
      await pool?.destroy();
    },
  };
}
