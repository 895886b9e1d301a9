import { createHash } from 'node:crypto';
import type { AuditDocument } from './audit-schema.ts';

/**
 * The chain: each entry's hash covers what it says and the hash before it; its seal covers how it ended. An entry that
 * was changed, left out or slipped in shows. It does not show that the newest entries were cut off, or that somebody
 * who may write to MongoDB wrote the whole chain anew: whoever fears that keeps the last hash elsewhere.
 */
type Said = Pick<
  AuditDocument,
  '_id' | 'at' | 'who' | 'role' | 'action' | 'target' | 'reason' | 'token' | 'root'
>;

/** What the first entry follows. */
export const BEGINNING = '0'.repeat(64);

export function hashOf(said: Said, before: string): string {
  const { _id, at, who, role, action, target, reason, token = null, root = null } = said;
  // Entries of before name no token, and were hashed without.
  const by = token === null && root === null ? [] : [token, root];
  return sha256([before, _id, at.toISOString(), who, role, action, target, reason, ...by]);
}

export function sealOf(hash: string, outcome: string, detail: string | null): string {
  return sha256([hash, outcome, detail]);
}

/** Checks entries as they come, oldest first. */
export class ChainCheck {
  entries = 0;
  /** The first number that is missing or was changed. */
  brokenAt: number | null = null;
  #before = BEGINNING;

  next(entry: AuditDocument): void {
    this.entries += 1;
    const expected = this.entries;
    if (this.brokenAt === null && !this.#isGood(entry, expected)) this.brokenAt = expected;
    this.#before = entry.hash;
  }

  #isGood(entry: AuditDocument, expected: number): boolean {
    if (entry._id !== expected || entry.hash !== hashOf(entry, this.#before)) return false;
    if (entry.outcome === 'begun') return !entry.sealed && !entry.detail;
    return entry.sealed === sealOf(entry.hash, entry.outcome, entry.detail);
  }
}

function sha256(fields: unknown[]): string {
  // JSON keeps fields apart: no value can pose as the begin of the next one.
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
