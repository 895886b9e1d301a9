import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Model } from 'mongoose';
import { messageOf } from '../system/errors.ts';
import type { Part } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { BEGINNING, isWhole } from './audit-chain.ts';
import type { AuditDocument } from './audit-schema.ts';

/** How soon an entry is signed. */
const SIGN_MS = 5000;
const TELL_MS = 60_000;
const AT_A_TIME = 1000;
/** Behind the key's name, in the signature of an act that is begun: it may be signed once more, when it has ended. */
const BEGUN = 'begun:';

/** Where the chain ends, or ended once. */
export interface Head {
  number: number;
  hash: string;
}

/**
 * Signs the audit's entries, whichever program wrote them, with a key that is not in MongoDB: who may write there can
 * make a chain of hashes, but not its signatures. Only the dashboard has the key; it is derived from OPS_JWT_SECRET.
 * An entry is signed within 5 s, and again when it ends; it covers all that is before it, by the chain. The first
 * signed entry is the mark: those before it are checked as before. After OPS_JWT_SECRET was changed (with every
 * dashboard stopped: two secrets at once would sign past each other), the newest entry is the mark of the new key.
 *
 * Who deletes the newest entries, or writes a chain without signatures, shows only against an entry that was kept
 * elsewhere: the log has the newest one, once a minute when there is another, and this process while it runs. From the
 * moment when the chain no longer has that entry, or has one that was changed, nothing is signed any more.
 */
export class AuditSigner implements Part {
  readonly name = 'audit signer';
  readonly #audit: Model<AuditDocument>;
  readonly #log: Logger;
  readonly #key: Buffer;
  readonly #prefix: string;
  /** All up to this one are signed, as begun at least: none of them is signed as new again. */
  #through: number | null = null;
  /** The newest entry that this process saw. */
  #head: Head | null = null;
  #told: Head | null = null;
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
          this.#log.debug({ because: messageOf(error) }, 'the audit was not signed'),
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

  /** What this process saw last: a chain without it was cut off or written again. */
  get head(): Head | null {
    return this.#head;
  }

  /** True, false, or null where it has no signature of this key. */
  verdict(entry: AuditDocument): boolean | null {
    if (!entry.signed?.startsWith(this.#prefix)) return null;
    return isSame(entry.signed, this.#signatureOf(entry));
  }

  /** Signs what was written since; one run at a time. */
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

  /** Where an earlier process of this key ended; without one, only the newest entry is still to be signed. */
  async #signedBefore(): Promise<number> {
    const signed = await this.#audit
      .findOne({ signed: this.#range('') }, { _id: 1 })
      .sort({ _id: -1 })
      .lean();
    if (signed) return signed._id;
    const last = await this.#audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
    if (!last) return 0;
    const { _id: entry, hash } = last;
    this.#log.warn({ entry, hash }, 'the audit is signed with this key from this entry on');
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
      else this.#stop(entry, 'an entry of the audit was changed');
    }
  }

  /** Nothing that is not as it was written gets a signature. */
  async #signOne(entry: AuditDocument): Promise<void> {
    const { _id, hash, outcome, detail, sealed } = entry;
    const before = await this.#audit.findById(_id - 1, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
    if (!isWhole(entry, before?.hash ?? BEGINNING))
      return this.#stop(entry, 'an entry of the audit was changed');
    const signed = this.#signatureOf(entry);
    const { matchedCount } = await this.#audit.updateOne(
      { _id, hash, outcome, detail, sealed },
      { $set: { signed } },
    );
    if (matchedCount === 1) return;
    // It ended meanwhile: then it is signed as it is now. One that is gone shows by the chain.
    const now = await this.#audit.findById(_id).lean<AuditDocument>();
    if (now) await this.#signOne(now);
  }

  async #mustStop(): Promise<boolean> {
    if (this.#isStopped || !this.#head) return this.#isStopped;
    const { number, hash } = this.#head;
    const found = await this.#audit.findById(number, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
    if (found?.hash !== hash) this.#stop({ _id: number, hash }, 'the audit was cut off or written again');
    return this.#isStopped;
  }

  #stop({ _id: entry, hash }: Pick<AuditDocument, '_id' | 'hash'>, what: string): void {
    this.#isStopped = true;
    this.#log.error({ entry, hash }, `${what}: nothing of it is signed any more`);
  }

  #tell(): void {
    if (!this.#head || this.#head.hash === this.#told?.hash) return;
    this.#told = this.#head;
    this.#log.info({ entry: this.#head.number, hash: this.#head.hash }, 'the newest entry of the audit');
  }

  #signatureOf({ hash, outcome, detail, sealed }: AuditDocument): string {
    const said = JSON.stringify([hash, outcome, detail ?? null, sealed ?? null]);
    const kind = outcome === 'begun' ? BEGUN : '';
    return `${this.#prefix}${kind}${createHmac('sha256', this.#key).update(said).digest('hex')}`;
  }

  /** Of this key, or of acts that were begun then. */
  #range(kind: string): { $gte: string; $lt: string } {
    return { $gte: `${this.#prefix}${kind}`, $lt: `${this.#prefix}${kind}~` };
  }
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
