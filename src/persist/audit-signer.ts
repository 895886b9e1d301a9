import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Model } from 'mongoose';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { BEGINNING, isWhole } from './audit-chain.ts';
import type { AuditDocument } from './audit-schema.ts';

/** How soon an entry is signed. */
const SIGN_MS = 5000;
const TELL_MS = 60_000;
const AT_A_TIME = 1000;
/** Follows the key's name in the signature of an action that is still begun: it is signed again when it has ended. */
const BEGUN = 'begun:';
const ENTRY_CHANGED = 'an audit entry was changed';

/** The end of the chain, now or earlier. */
export interface Head {
  number: number;
  hash: string;
}

/**
 * Signs audit entries, whichever program wrote them, with a key that is not in MongoDB: anyone who can write there can
 * make a chain of hashes, but not its signatures. Only the dashboard has the key, which is derived from OPS_JWT_SECRET.
 * An entry is signed within 5 s, and again when it ends. Through the chain, a signature covers all earlier entries.
 * Signatures are required from the first signed entry on; for earlier entries only the chain is checked. When
 * OPS_JWT_SECRET is changed, stop every dashboard first: with two secrets at once, each dashboard replaces the other's
 * signatures. The newest entry is then the first to be signed with the new key.
 *
 * Deleting the newest entries, or replacing the chain with one without signatures, is detected only by comparison with
 * an entry kept elsewhere: the log gets the newest entry, at most once a minute, and this process remembers it while it
 * runs. Once that entry is missing, or any entry was changed, signing stops.
 */
export class AuditSigner implements Component {
  readonly name = 'audit signer';
  readonly #audit: Model<AuditDocument>;
  readonly #log: Logger;
  readonly #key: Buffer;
  readonly #prefix: string;
  /** Every entry up to this one is signed, at least as begun, and is not signed as new again. */
  #through: number | null = null;
  /** The newest entry that this process saw. */
  #head: Head | null = null;
  #published: Head | null = null;
  #isStopped = false;
  #timers: NodeJS.Timeout[] = [];
  #signing: Promise<void> | null = null;

  constructor(audit: Model<AuditDocument>, opsJwtSecret: string, log: Logger) {
    this.#audit = audit;
    this.#log = log;
    this.#key = Buffer.from(hkdfSync('sha256', opsJwtSecret, '', 'lockstep audit', 32));
    this.#prefix = `${createHash('sha256').update(this.#key).digest('hex').slice(0, 8)}:`;
  }

  async start(): Promise<void> {
    await this.sign();
    this.#timers = [
      setInterval(() => {
        this.sign().catch((error: unknown) =>
          this.#log.debug({ because: messageOf(error) }, 'could not sign the audit log'),
        );
      }, SIGN_MS),
      setInterval(() => this.#tell(), TELL_MS),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#signing?.catch(() => undefined);
    this.#tell();
  }

  /** The newest entry that this process saw. A chain without it was truncated or rewritten. */
  get head(): Head | null {
    return this.#head;
  }

  /** Whether an entry's signature is valid; null if it has none with this key. */
  verdict(entry: AuditDocument): boolean | null {
    if (!entry.signed?.startsWith(this.#prefix)) return null;
    return isSame(entry.signed, this.#signatureOf(entry));
  }

  /** Signs new entries and entries that have ended; one run at a time. */
  async sign(): Promise<void> {
    this.#signing ??= this.#signAll().finally(() => (this.#signing = null));
    await this.#signing;
  }

  async #signAll(): Promise<void> {
    if (await this.#mustStop()) return;
    this.#through ??= await this.#signedBefore();
    let found;
    do found = await this.#signNew();
    while (found === AT_A_TIME && !this.#isStopped);
    if (!this.#isStopped) await this.#signEnded();
  }

  /** The last entry signed with this key; if there is none, the last but one: the newest gets the first signature. */
  async #signedBefore(): Promise<number> {
    const signed = await this.#audit
      .findOne({ signed: this.#range('') }, { _id: 1 })
      .sort({ _id: -1 })
      .lean();
    if (signed) return signed._id;
    const last = await this.#audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
    if (!last) return 0;
    const { _id: entry, hash } = last;
    this.#log.warn({ entry, hash }, 'audit entries are signed with this key from this entry on');
    return entry - 1;
  }

  async #signNew(): Promise<number> {
    const found = await this.#audit
      .find({ _id: { $gt: this.#through ?? 0 } })
      .sort({ _id: 1 })
      .limit(AT_A_TIME)
      .lean<AuditDocument[]>();
    for (const entry of found) {
      await this.#signOne(entry);
      if (this.#isStopped) break;
      this.#through = entry._id;
      this.#head = { number: entry._id, hash: entry.hash };
    }
    return found.length;
  }

  async #signEnded(): Promise<void> {
    const ended = await this.#audit
      .find({ signed: this.#range(BEGUN), outcome: { $ne: 'begun' } })
      .lean<AuditDocument[]>();
    for (const entry of ended) {
      const asBegun = { ...entry, outcome: 'begun' as const, detail: null, sealed: null };
      if (isSame(entry.signed ?? '', this.#signatureOf(asBegun))) await this.#signOne(entry);
      else this.#stop(entry, ENTRY_CHANGED);
    }
  }

  /** Signs an entry only if it is unchanged. */
  async #signOne(entry: AuditDocument): Promise<void> {
    const { _id, hash, outcome, detail, sealed } = entry;
    const before = await this.#audit.findById(_id - 1, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
    if (!isWhole(entry, before?.hash ?? BEGINNING)) return this.#stop(entry, ENTRY_CHANGED);
    const signed = this.#signatureOf(entry);
    const { matchedCount } = await this.#audit.updateOne(
      { _id, hash, outcome, detail, sealed },
      { $set: { signed } },
    );
    if (matchedCount === 1) return;
    const now = await this.#audit.findById(_id).lean<AuditDocument>();
    // If it is gone, the chain check detects that.
    if (!now) return;
    // An entry may only end in the meantime: then its current state is signed.
    if (outcome === 'begun' && now.outcome !== 'begun') await this.#signOne(now);
    else this.#stop(entry, ENTRY_CHANGED);
  }

  async #mustStop(): Promise<boolean> {
    if (this.#isStopped || !this.#head) return this.#isStopped;
    const { number, hash } = this.#head;
    const found = await this.#audit.findById(number, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
    if (found?.hash !== hash) this.#stop({ _id: number, hash }, 'the audit log was truncated or rewritten');
    return this.#isStopped;
  }

  #stop({ _id: entry, hash }: Pick<AuditDocument, '_id' | 'hash'>, what: string): void {
    this.#isStopped = true;
    this.#log.error({ entry, hash }, `${what}; signing has stopped`);
  }

  #tell(): void {
    if (!this.#head || this.#head.hash === this.#published?.hash) return;
    this.#published = this.#head;
    this.#log.info({ entry: this.#head.number, hash: this.#head.hash }, 'newest audit entry');
  }

  #signatureOf({ hash, outcome, detail, sealed }: AuditDocument): string {
    const said = JSON.stringify([hash, outcome, detail ?? null, sealed ?? null]);
    const kind = outcome === 'begun' ? BEGUN : '';
    return `${this.#prefix}${kind}${createHmac('sha256', this.#key).update(said).digest('hex')}`;
  }

  /** A range of signatures with this key: all (''), or those of actions still begun ({@link BEGUN}). */
  #range(kind: string): { $gte: string; $lt: string } {
    return { $gte: `${this.#prefix}${kind}`, $lt: `${this.#prefix}${kind}~` };
  }
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
