import type { Collections } from '../../persist/collections.ts';
import type { TokenDocument } from '../../persist/token-schema.ts';
import { messageOf } from '../../system/errors.ts';
import type { Part } from '../../system/lifecycle.ts';
import type { Logger } from '../../system/log.ts';
import { SESSION_HOURS, type Read } from './tokens.ts';

const REFRESH_MS = 5000;
const SEEN_EVERY_MS = 60_000;
/** The newest that are not over yet: 10,000 ids are 1 MB. Who revokes more than that changes OPS_JWT_SECRET. */
const REVOKED_KEPT = 10_000;
const DUPLICATE_KEY = 11_000;

/**
 * Which tokens there are, and which are revoked. Revoked here: refused at once by this process, by every other
 * within 5 s. While MongoDB is away the last known revocations hold, so that operators can look at what is wrong
 * (nobody could write down another meanwhile). A program starts only with the list.
 */
export class TokenBook implements Part {
  readonly name = 'tokens';
  readonly #tokens: Collections['tokens'];
  readonly #log: Logger;
  /** Ids, with the time when they are over anyway. Only ever added to: a slow answer must not take one back. */
  readonly #revoked = new Map<string, number>();
  readonly #seen = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;

  constructor({ tokens }: Pick<Collections, 'tokens'>, log: Logger) {
    this.#tokens = tokens;
    this.#log = log;
  }

  async start(): Promise<void> {
    await this.#readRevoked();
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#reading;
  }

  /** It, or anything that it comes from. */
  isRevoked({ id, line }: Pick<Read, 'id' | 'line'>): boolean {
    return [id, ...line].some((each) => this.#revoked.has(each));
  }

  /** Writes down that it was seen, at most once a minute each; nobody waits for it, and it does without MongoDB. */
  saw(token: Read): void {
    const now = Date.now();
    if (now - (this.#seen.get(token.id) ?? 0) < SEEN_EVERY_MS) return;
    if (this.#seen.size > REVOKED_KEPT) this.#seen.clear();
    this.#seen.set(token.id, now);
    const { lastSeenAt, ...first } = newDocument(token);
    const update = { $set: { lastSeenAt }, $setOnInsert: first };
    this.#tokens
      .updateOne({ _id: token.id }, update, { upsert: true })
      .exec()
      .catch((error: unknown) =>
        this.#log.debug({ because: messageOf(error) }, 'a token was not written down as seen'),
      );
  }

  /** Writes down a token that was just minted. */
  async keep(token: Read): Promise<void> {
    await this.#tokens.create({ ...newDocument(token), usedAt: null });
  }

  /** Takes the code of a one-time link: one caller gets it, over all processes. @throws while MongoDB is away */
  async takeOnce(code: Read): Promise<'taken' | 'used before'> {
    try {
      await this.#tokens.create({ ...newDocument(code), usedAt: new Date() });
      return 'taken';
    } catch (error) {
      if (isDuplicate(error)) return 'used before';
      throw error;
    }
  }

  async revoke(id: string, by: string): Promise<'revoked' | 'revoked before' | 'unknown'> {
    const now = new Date();
    // What came of it may outlive it, and is revoked only as long as this is remembered.
    const rememberedUntil = new Date(now.getTime() + SESSION_HOURS * 3_600_000);
    const change = { $set: { revokedAt: now, revokedBy: by }, $max: { expiresAt: rememberedUntil } };
    const one = { _id: { $eq: id }, revokedAt: null };
    const found = await this.#tokens.findOneAndUpdate(one, change, { returnDocument: 'after' });
    if (!found) return (await this.#tokens.exists({ _id: { $eq: id } })) ? 'revoked before' : 'unknown';
    this.#revoked.set(id, found.expiresAt.getTime());
    return 'revoked';
  }

  /** Newest first. */
  async list(limit: number): Promise<TokenDocument[]> {
    return await this.#tokens.find().sort({ firstSeenAt: -1 }).limit(limit).lean<TokenDocument[]>();
  }

  /** The next reading begins when the last has ended: none pile up while MongoDB is slow. */
  #refresh(): void {
    this.#reading ??= this.#readRevoked()
      .catch((error: unknown) => this.#log.debug({ because: messageOf(error) }, 'revocations were not read'))
      .finally(() => (this.#reading = null));
  }

  async #readRevoked(): Promise<void> {
    const now = new Date();
    const found = await this.#tokens
      .find({ revokedAt: { $gt: new Date(0) }, expiresAt: { $gt: now } }, { expiresAt: 1 })
      .sort({ revokedAt: -1 })
      .limit(REVOKED_KEPT)
      .lean<Pick<TokenDocument, '_id' | 'expiresAt'>[]>();
    for (const [id, over] of this.#revoked) if (over < now.getTime()) this.#revoked.delete(id);
    for (const { _id, expiresAt } of found) this.#revoked.set(_id, expiresAt.getTime());
  }
}

function newDocument({ id, name, role, kind, expiresAt, root }: Read): Omit<TokenDocument, 'usedAt'> {
  const now = new Date();
  return {
    _id: id,
    name,
    role,
    kind,
    root,
    firstSeenAt: now,
    lastSeenAt: now,
    expiresAt,
    revokedAt: null,
    revokedBy: null,
  };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY;
}
