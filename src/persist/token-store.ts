import type { PipelineStage } from 'mongoose';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { TokenDocument } from './token-schema.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { SESSION_HOURS, type Read } from '../system/tokens.ts';

const REFRESH_MS = 5000;
const SEEN_EVERY_MS = 60_000;
/** How many tokens' last recorded sightings are remembered. */
const SEEN_KEPT = 10_000;
/**
 * Revocations are read from this long before the newest known one: a write may become visible after a later
 * one. MongoDB's clock sets their times, so programs whose clocks differ miss none.
 */
const READ_AGAIN_MS = 60_000;
/** For a token that was never seen: when it expires is unknown. */
const NEVER = new Date('9999-12-31T00:00:00Z');

/**
 * Known tokens, and which of them are revoked. A revocation takes effect at once in this process, and within
 * 5 s in every other. While MongoDB is down, the last known revocations apply, so that operators can still
 * investigate (no new one can be written meanwhile). A program starts only with the complete list: no
 * revocation is dropped before its token expires, however many follow. Each takes about 100 bytes. Sign-outs,
 * which revoke sessions, are limited to 10 a minute for each token and are needed for 12 hours.
 */
export class TokenStore implements Component {
  readonly name = 'tokens';
  readonly #tokens: Collections['tokens'];
  readonly #log: Logger;
  /** Revoked ids, and when they expire. Reads only add ids: a slow one must not remove a newer revocation. */
  readonly #revoked = new Map<string, number>();
  /** The time of the newest revocation that was read, by MongoDB's clock. */
  #readUntil = new Date(0);
  readonly #seen = new Map<string, number>();
  readonly #reads: Repeating;

  constructor({ tokens }: Pick<Collections, 'tokens'>, log: Logger) {
    this.#tokens = tokens;
    this.#log = log;
    this.#reads = repeating(
      this.name,
      REFRESH_MS,
      () => this.#readRevoked(),
      (error) => log.debug({ because: messageOf(error) }, 'could not read revocations'),
    );
  }

  async start(): Promise<void> {
    await this.#readRevoked();
    this.#reads.start();
  }

  async stop(): Promise<void> {
    await this.#reads.stop();
  }

  /** Whether the token, or any that it comes from, is revoked. */
  isRevoked({ id, line }: Pick<Read, 'id' | 'line'>): boolean {
    return [id, ...line].some((each) => this.#revoked.has(each));
  }

  /** Records that a token was seen, at most once a minute each. Neither waits for nor needs MongoDB. */
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
        this.#log.debug({ because: messageOf(error) }, 'could not record that a token was seen'),
      );
  }

  /** Records a token that was just minted. */
  async keep(token: Read): Promise<void> {
    await this.#tokens.create({ ...newDocument(token), usedAt: null });
  }

  /** Redeems the code of a one-time link: one caller in all processes succeeds. @throws if MongoDB is down */
  async takeOnce(code: Read): Promise<'taken' | 'used before'> {
    try {
      await this.#tokens.create({ ...newDocument(code), usedAt: new Date() });
      return 'taken';
    } catch (error) {
      if (isDuplicateKey(error)) return 'used before';
      throw error;
    }
  }

  /** Also revokes a token that was never seen: it is refused from its first use on. */
  async revoke(id: string, by: string): Promise<'revoked' | 'revoked before'> {
    try {
      // One step: if the process dies here, the token is revoked or nothing was written.
      const found = await this.#tokens.findOneAndUpdate({ _id: { $eq: id }, revokedAt: null }, revoking(by), {
        upsert: true,
        updatePipeline: true,
        returnDocument: 'after',
      });
      this.#remember(found);
      return 'revoked';
    } catch (error) {
      if (isDuplicateKey(error)) return 'revoked before';
      throw error;
    }
  }

  /** Newest first. Two lists, so that many sessions cannot hide a token. */
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

  /** Reads do not pile up while MongoDB is slow. */
  async #readRevoked(): Promise<void> {
    const now = Date.now();
    for (const [id, over] of this.#revoked) if (over < now) this.#revoked.delete(id);
    const since = new Date(this.#readUntil.getTime() - READ_AGAIN_MS);
    const found = this.#tokens
      .find({ revokedAt: { $gt: since }, expiresAt: { $gt: new Date(now) } })
      .select({ expiresAt: 1, revokedAt: 1 })
      .lean<Revoked>()
      .cursor();
    let newest = this.#readUntil;
    for await (const each of found) {
      this.#remember(each);
      if (each.revokedAt && each.revokedAt > newest) newest = each.revokedAt;
    }
    this.#readUntil = newest;
  }

  #remember({ _id, expiresAt }: Revoked): void {
    this.#revoked.set(_id, expiresAt.getTime());
  }
}

type Revoked = Pick<TokenDocument, '_id' | 'expiresAt' | 'revokedAt'>;

/** Sessions made from the token may outlive it, and stay revoked only as long as this record is kept. */
function revoking(by: string): PipelineStage.Set[] {
  const rememberedUntil = new Date(Date.now() + SESSION_HOURS * 3_600_000);
  const orElse = (field: string, value: unknown) => ({ [field]: { $ifNull: [`$${field}`, value] } });
  return [
    {
      $set: {
        // For a token that was never seen.
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

function newDocument({ id, name, role, shops, kind, expiresAt, root }: Read): Omit<TokenDocument, 'usedAt'> {
  const now = new Date();
  return {
    _id: id,
    name,
    role,
    ...(shops && { shops: [...shops] }),
    kind,
    root,
    firstSeenAt: now,
    lastSeenAt: now,
    expiresAt,
    revokedAt: null,
    revokedBy: null,
  };
}
