import { randomBytes } from 'node:crypto';

/**
 * What the token endpoint answers; the last three only if an expiring token was requested. Times are in
 * seconds.
 */
export interface TokenAnswer {
  access_token: string;
  scope: string;
  expires_in?: number;
  refresh_token?: string;
  refresh_token_expires_in?: number;
}

/** What a session leaves for the next. */
export interface KeptTokens {
  /** Each with its expiry, ms since 1970. */
  access: [string, number][];
  newest: string | null;
  before: string | null;
  refreshUntil: number;
}

const REFRESH_SECONDS = 90 * 24 * 3600;
/** An authorization code is valid for a minute. */
const CODE_MS = 60_000;

/**
 * One shop's codes and tokens. An access token is valid for its hour, whatever is issued after it. Two
 * refresh tokens work: the newest, and the one that was used to get it, until the newest is used. If the
 * older one is presented again, it gets another pair, and the previous pair becomes invalid: a program that
 * refreshes twice at once and keeps the wrong pair is locked out. A grant or an exchange invalidates every
 * earlier refresh token.
 */
export class Tokens {
  readonly #seconds: number;
  readonly #codes = new Map<string, { scope: string; until: number }>();
  #access = new Map<string, number>();
  #newest: string | null = null;
  #before: string | null = null;
  #refreshUntil = 0;

  readonly #changed: (kept: KeptTokens) => void;

  /**
   * @param seconds lifetime of an expiring access token
   * @param changed called with what another session should start with, whenever that changes
   */
  constructor(seconds: number, kept?: KeptTokens, changed: (kept: KeptTokens) => void = () => undefined) {
    this.#seconds = seconds;
    this.#changed = changed;
    if (!kept) return;
    this.#access = new Map(kept.access);
    this.#newest = kept.newest;
    this.#before = kept.before;
    this.#refreshUntil = kept.refreshUntil;
  }

  code(scope: string): string {
    const code = secret('');
    this.#codes.set(code, { scope, until: Date.now() + CODE_MS });
    return code;
  }

  /** @returns the scope that was requested; null if the code is unknown, expired or already used */
  useCode(code: string): string | null {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    return found && found.until > Date.now() ? found.scope : null;
  }

  issue(scope: string, expiring: boolean): TokenAnswer {
    this.#newest = null;
    this.#before = null;
    if (expiring) return this.#pair(scope);
    const answer = { access_token: this.#accessToken(Infinity), scope };
    this.#tell();
    return answer;
  }

  /** @returns null if the token is not valid */
  refresh(presented: string, scope: string): TokenAnswer | null {
    if (Date.now() > this.#refreshUntil) return null;
    if (presented !== this.#newest && presented !== this.#before) return null;
    this.#before = presented;
    return this.#pair(scope);
  }

  isGood(accessToken: string): boolean {
    return (this.#access.get(accessToken) ?? 0) > Date.now();
  }

  /** As if the hour were over: access tokens expire. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** As if the ninety days were over: refresh tokens expire. */
  expireRefresh(): void {
    this.#refreshUntil = 0;
  }

  /** Invalidates every issued token. */
  revoke(): void {
    this.#codes.clear();
    this.#access.clear();
    this.#newest = null;
    this.#before = null;
    this.#tell();
  }

  #tell(): void {
    const now = Date.now();
    // JSON has no Infinity: a token that never expires gets a date in the far future.
    const access = [...this.#access]
      .filter(([, until]) => until > now)
      .map(([token, until]): [string, number] => [token, Math.min(until, Number.MAX_SAFE_INTEGER)]);
    const { newest, before } = { newest: this.#newest, before: this.#before };
    this.#changed({ access, newest, before, refreshUntil: this.#refreshUntil });
  }

  #pair(scope: string): TokenAnswer {
    this.#newest = secret('shprt_');
    this.#refreshUntil = Date.now() + REFRESH_SECONDS * 1000;
    const accessToken = this.#accessToken(Date.now() + this.#seconds * 1000);
    this.#tell();
    return {
      access_token: accessToken,
      scope,
      expires_in: this.#seconds,
      refresh_token: this.#newest,
      refresh_token_expires_in: REFRESH_SECONDS,
    };
  }

  #accessToken(until: number): string {
    const token = secret('shpat_');
    this.#access.set(token, until);
    return token;
  }
}

function secret(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}
