import type { PipelineStage } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import type { TokenDocument } from '../../persist/token-schema.ts';
import { messageOf } from '../../system/errors.ts';
import type { Part } from '../../system/lifecycle.ts';
import type { Logger } from '../../system/log.ts';
import { SESSION_HOURS, type Read } from './tokens.ts';

const REFRESH_MS = 5000;
const SEEN_EVERY_MS = 60_000;
/** Of those whose sighting was written down lately. */
const SEEN_KEPT = 10_000;
/**
 * Revocations are read from the newest one known on, and a little before it: a write may become visible after a later
 * one. MongoDB's clock sets their times, so that programs whose clocks differ miss none.
 */
const READ_AGAIN_MS = 60_000;
/** Of a token that nobody has seen: it may be good for any time. */
const NEVER = new Date('9999-12-31T00:00:00Z');
const DUPLICATE_KEY = 11_000;

/**
 * Which tokens there are, and which are revoked. Revoked here: refused at once by this process, by every other
 * within 5 s. While MongoDB is down the last known revocations hold, so that operators can look at what is wrong
 * (nobody could write down another meanwhile). A program starts only with the list, and the list is whole: none is
 * left out before its token is over, however many come after it. Each takes about 100 bytes; sign-outs, which are
 * revocations of sessions, are limited to 10 a minute for each token and are needed for 12 hours.
 */
export class TokenBook implements Part {
  readonly name = 'tokens';
  readonly #tokens: Collections['tokens'];
  readonly #log: Logger;
  /** Ids, with the time when they are over anyway. Only ever added to: a slow answer must not take one back. */
  readonly #revoked = new Map<string, number>();
  /** The time of the newest revocation that was read, by MongoDB's clock. */
  #readUntil = new Date(0);
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
  isRevoked({ id, formerId, line }: Pick<Read, 'id' | 'formerId' | 'line'>): boolean {
    return [id, formerId, ...line].some((each) => this.#revoked.has(each));
  }

  /** Writes down that it was seen, at most once a minute each; nobody waits for it, and it does without MongoDB. */
  saw(token: Read): void {
    const now = Date.now();
    if (now - (this.#seen.get(token.id) ?? 0) < SEEN_EVERY_MS) return;
    if (this.#seen.size > SEEN_KEPT) this.#seen.clear();
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

  /** Takes the code of a one-time link: one caller gets it, over all processes. @throws while MongoDB is down */
  async takeOnce(code: Read): Promise<'taken' | 'used before'> {
    if (await this.#tokens.exists({ _id: { $eq: code.formerId } })) return 'used before';
    try {
      await this.#tokens.create({ ...newDocument(code), usedAt: new Date() });
      return 'taken';
    } catch (error) {
      if (isDuplicate(error)) return 'used before';
      throw error;
    }
  }

  /** Also one that nobody has seen: it is refused from its first use on. */
  async revoke(id: string, by: string): Promise<'revoked' | 'revoked before'> {
    try {
      // One step: whoever dies here has revoked it, or written nothing.
      const found = await this.#tokens.findOneAndUpdate({ _id: { $eq: id }, revokedAt: null }, revoking(by), {
        upsert: true,
        updatePipeline: true,
        returnDocument: 'after',
      });
      this.#remember(found);
      return 'revoked';
    } catch (error) {
      if (isDuplicate(error)) return 'revoked before';
      throw error;
    }
  }

  /** Newest first; apart, so that however many sessions hide no token. */
  async list(limit: number): Promise<Record<'tokens' | 'sessions', TokenDocument[]>> {
    const newest = (kinds: TokenDocument['kind'][]) =>
      this.#tokens
        .find({ kind: { $in: kinds } })
        .sort({ firstSeenAt: -1 })
        .limit(limit)
        .lean<TokenDocument[]>();
    const [tokens, sessions] = await Promise.all([newest(['token']), newest(['session', 'once'])]);
    return { tokens, sessions };
  }

  /** The next reading begins when the last has ended: none pile up while MongoDB is slow. */
  #refresh(): void {
    this.#reading ??= this.#readRevoked()
      .catch((error: unknown) => this.#log.debug({ because: messageOf(error) }, 'revocations were not read'))
      .finally(() => (this.#reading = null));
  }

  async #readRevoked(): Promise<void> {
    const now = Date.now();
    for (const [id, over] of this.#revoked) if (over < now) this.#revoked.delete(id);
    const since = new Date(this.#readUntil.getTime() - READ_AGAIN_MS);
    const found = this.#tokens
      .find({ revokedAt: { $gt: since }, expiresAt: { $gt: new Date(now) } })
      .select({ expiresAt: 1, formerId: 1, revokedAt: 1 })
      .lean<Revoked>()
      .cursor();
    let newest = this.#readUntil;
    for await (const each of found) {
      this.#remember(each);
      if (each.revokedAt && each.revokedAt > newest) newest = each.revokedAt;
    }
    this.#readUntil = newest;
  }

  #remember({ _id, formerId, expiresAt }: Revoked): void {
    for (const id of [_id, formerId ?? []].flat()) this.#revoked.set(id, expiresAt.getTime());
  }
}

type Revoked = Pick<TokenDocument, '_id' | 'formerId' | 'expiresAt' | 'revokedAt'>;

/** What came of it may outlive it, and is revoked only as long as this is remembered. */
function revoking(by: string): PipelineStage.Set[] {
  const rememberedUntil = new Date(Date.now() + SESSION_HOURS * 3_600_000);
  const orElse = (field: string, value: unknown) => ({ [field]: { $ifNull: [`$${field}`, value] } });
  return [
    {
      $set: {
        // Of one that nobody has seen.
        ...orElse('name', 'never seen'),
        ...orElse('role', null),
        ...orElse('kind', 'token'),
        ...orElse('firstSeenAt', '$$NOW'),
        ...orElse('lastSeenAt', '$$NOW'),
        expiresAt: { $max: [{ $ifNull: ['$expiresAt', NEVER] }, rememberedUntil] },
        revokedAt: '$$NOW',
        revokedBy: { $literal: by },
      },
    },
  ];
}

function newDocument({
  id,
  formerId,
  name,
  role,
  kind,
  expiresAt,
  root,
}: Read): Omit<TokenDocument, 'usedAt'> {
  const now = new Date();
  return {
    _id: id,
    formerId,
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
