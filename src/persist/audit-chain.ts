import { createHash } from 'node:crypto';
import type { AuditDocument } from './audit-schema.ts';

/**
 * The chain: each entry's hash covers its content and the hash before it; its seal covers how it ended. So a changed,
 * missing or inserted entry is detected. The hashes have no key, so anyone who can write to MongoDB can compute them:
 * signatures (audit-signer.ts) expose such entries. A head kept elsewhere exposes removal of the newest entries.
 */
type Said = Pick<
  AuditDocument,
  '_id' | 'at' | 'who' | 'role' | 'action' | 'target' | 'reason' | 'token' | 'root'
>;

/** The hash before the first entry. */
export const BEGINNING = '0'.repeat(64);

export function hashOf(said: Said, before: string): string {
  const { _id, at, who, role, action, target, reason, token = null, root = null } = said;
  // Null and absent are the same: an unknown caller has no token.
  const by = token === null && root === null ? [] : [token, root];
  return sha256([before, _id, at.toISOString(), who, role, action, target, reason, ...by]);
}

export function sealOf(hash: string, outcome: string, detail: string | null): string {
  return sha256([hash, outcome, detail]);
}

/** Whether an entry is unchanged and follows the entry with this hash. */
export function isWhole(entry: AuditDocument, before: string): boolean {
  if (entry.hash !== hashOf(entry, before)) return false;
  if (entry.outcome === 'begun') return !entry.sealed && !entry.detail;
  return entry.sealed === sealOf(entry.hash, entry.outcome, entry.detail);
}

/** What a chain is compared with, in addition to itself. */
export interface Witness {
  /** Whether an entry's signature is valid; null: none with this key. */
  verdict: (entry: AuditDocument) => boolean | null;
  /** Hashes of entries that the chain is known to have had, by number. */
  heads: ReadonlyMap<number, string>;
}

const NO_WITNESS: Witness = { verdict: () => null, heads: new Map() };

/** Checks entries as they come, oldest first. */
export class ChainCheck {
  entries = 0;
  /** The first number that is missing or was changed. */
  brokenAt: number | null = null;
  /** The first entry with a valid signature: from there on, every entry must have one. */
  signedFrom: number | null = null;
  readonly #witness: Witness;
  #before = BEGINNING;

  constructor(witness: Witness = NO_WITNESS) {
    this.#witness = witness;
  }

  next(entry: AuditDocument): void {
    this.entries += 1;
    const expected = this.entries;
    if (this.brokenAt === null && !this.#isGood(entry, expected)) this.brokenAt = expected;
    this.#before = entry.hash;
  }

  /** After the last entry. */
  end(): void {
    const last = Math.max(0, ...this.#witness.heads.keys());
    if (this.brokenAt === null && last > this.entries) this.brokenAt = this.entries + 1;
  }

  #isGood(entry: AuditDocument, expected: number): boolean {
    if (entry._id !== expected || !isWhole(entry, this.#before)) return false;
    const head = this.#witness.heads.get(expected);
    return (head === undefined || head === entry.hash) && this.#isSigned(entry);
  }

  #isSigned(entry: AuditDocument): boolean {
    const verdict = this.#witness.verdict(entry);
    if (verdict === true) this.signedFrom ??= entry._id;
    if (verdict !== null) return verdict;
    return this.signedFrom === null;
  }
}

function sha256(fields: unknown[]): string {
  // JSON separates the fields: no value can run into the next one.
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
