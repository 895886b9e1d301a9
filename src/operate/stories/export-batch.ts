import type { ExportRow } from '../shapes/exports.ts';

export interface Batch {
  rows: ExportRow[];
  /** Where the next one begins; absent: this is the last one. */
  next: string | undefined;
}

/** Reads the rows after a cursor. @throws Refusal if it is not one of these rows */
export type ReadBatch = (after: string | undefined) => Promise<Batch>;
