import type { AuditLog } from '../../persist/audit-log.ts';
import type { TokenStore } from '../../persist/token-store.ts';
import { within } from '../../system/within.ts';
import type { Role } from '../../system/roles.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { Refusals } from './refusals.ts';
import { mintToken, readToken, SESSION_HOURS, type Read, type TokenReading } from '../../system/tokens.ts';

/**
 * Exchanges a token, or the code of a one-time link, for a session: a separate token that is valid only in
 * the cookie, so a stolen cookie does not reveal the token that was pasted into the page. However many links
 * lie in between, a session expires no later than the token that it comes from, and is revoked with any
 * token, link or session that it comes from. Every attempt is audited by the token's id, never with the
 * token. If it cannot be audited, the sign-in fails.
 */
export interface Sessions {
  /** @throws Refusal */
  begin: (given: Credential) => Promise<BrowserSession>;
  /** Ends the session and everything made from it, even for someone who has a copy of its cookie. */
  end: (session: { name: string; token: string }) => Promise<void>;
  /** The code of a one-time link for the same person. @throws Refusal */
  mintOnce: (who: Caller) => Promise<Code>;
  /** The id of the token or code if we signed it and it is neither expired nor revoked; else null. */
  idOf: (given: Credential) => Promise<string | null>;
}

type Credential = { token: string } | { once: string };

interface BrowserSession {
  cookie: string;
  name: string;
  role: Role;
  shops: readonly string[] | null;
  expiresAt: Date;
}

interface Code {
  code: string;
  expiresAt: Date;
}

export const ONCE_HOURS = 0.25;
const HOUR_MS = 3_600_000;
/** Ids in a chain: ten hops from device to device, each with a link and a session. */
const LONGEST_LINE = 20;
/**
 * Limit for each step that needs MongoDB: a sign-in that the client has given up on does not continue. If
 * MongoDB redeems a link only after this limit, the link is used up anyway, and another one is needed.
 */
const STEP_MS = 3000;

const ANOTHER = '; "npm run ops -- sign-in" prints another link';
const REFUSED = {
  forged: 'invalid token',
  expired: 'this token has expired',
  revoked: 'this token was revoked',
  source: 'a token of the role source cannot sign in: it only sends events',
  'used before': `this link was already used${ANOTHER}`,
} as const;
type Why = keyof typeof REFUSED;

export function createSessions(
  jwtSecret: string,
  store: TokenStore,
  audit: AuditLog,
  refusals: Refusals,
): Sessions {
  const { look, check } = credentials(jwtSecret, store, refusals);
  const keep = async (from: Read): Promise<BrowserSession> => {
    const { name, role, shops } = from;
    const claims = { name, role, shops, kind: 'session', ...lineOf(from) } as const;
    const cookie = await mintToken(jwtSecret, claims, hoursOf(from));
    const session = await readToken(jwtSecret, cookie);
    if (session.outcome !== 'good') throw new Refusal('not_signed_in', REFUSED.expired);
    // Recorded before the cookie is sent: a session without a record could not be listed and revoked.
    await within(store.keep(session), STEP_MS);
    return { cookie, name, role, shops, expiresAt: session.expiresAt };
  };
  return {
    begin: async (given) => {
      const from = await check(given);
      const { name, role, id: token, root } = from;
      const act = {
        action: 'session.begin',
        target: `token ${token}`,
        who: name,
        role,
        reason: null,
      } as const;
      const entry = await audit.begin({ ...act, token, ...(root === token ? {} : { root }) });
      try {
        const session = await keep(from);
        await audit.end(entry, 'done', 'once' in given ? 'by a one-time link' : 'by a token');
        return session;
      } catch (error) {
        await audit.end(entry, 'failed', error instanceof Error ? error.name : null);
        throw error;
      }
    },
    end: async ({ name, token }) => {
      await store.revoke(token, name);
    },
    mintOnce: async (who) => {
      if (who.line.length >= LONGEST_LINE)
        throw new Refusal('conflict', 'too many one-time links in a chain: sign in with a token');
      const { name, role, shops, token: id, expiresAt } = who;
      const hours = Math.min(ONCE_HOURS, hoursUntil(expiresAt));
      const code = await mintToken(
        jwtSecret,
        { name, role, shops, kind: 'once', ...lineOf({ ...who, id }) },
        hours,
      );
      return { code, expiresAt: new Date(Date.now() + hours * HOUR_MS) };
    },
    idOf: async (given) => {
      const { reading, why } = await look(given);
      return why === null ? reading.id : null;
    },
  };
}

/** Checks the token or the code of a sign-in. */
function credentials(jwtSecret: string, store: TokenStore, refusals: Refusals) {
  const refuse = async (reading: TokenReading, why: Why, isLink: boolean): Promise<never> => {
    const isOurs = reading.outcome !== 'forged' && reading.name !== '';
    const who = isOurs ? reading.name : 'nobody known';
    const act = { action: 'session.refuse', target: `token ${reading.id}`, who, role: 'none' } as const;
    // Guesses are counted together, because each is a different token.
    await refusals.write(isOurs ? reading.id : who, { ...act, reason: null }, why);
    const isOver = isLink && why === 'expired';
    throw new Refusal('not_signed_in', isOver ? `this link has expired${ANOTHER}` : REFUSED[why]);
  };
  const look = async (given: Credential): Promise<SessionLookup> => {
    const [text, kind] = 'once' in given ? [given.once, 'once'] : [given.token, 'token'];
    const reading = await readToken(jwtSecret, text);
    if (reading.outcome !== 'good') return { reading, why: reading.outcome };
    if (reading.kind !== kind) return { reading, why: 'forged' };
    if (reading.role === 'source') return { reading, why: 'source' };
    return store.isRevoked(reading) ? { reading, why: 'revoked' } : { reading, why: null };
  };
  const check = async (given: Credential): Promise<Read> => {
    const isLink = 'once' in given;
    const { reading, why } = await look(given);
    if (why !== null) return await refuse(reading, why, isLink);
    if (isLink && (await within(store.takeOnce(reading), STEP_MS)) === 'used before')
      return await refuse(reading, 'used before', isLink);
    // From now on, a token that is seen here for the first time is listed and can be revoked.
    if (!isLink) store.saw(reading);
    return reading;
  };
  return { look, check };
}

type SessionLookup = { reading: Read & { outcome: 'good' }; why: null } | { reading: TokenReading; why: Why };
type From = Pick<Read, 'id' | 'line' | 'rootEndsAt'>;

/** The chain for a token made from this one. A link without a token behind it is the root of its session. */
function lineOf({ id, line, rootEndsAt }: From) {
  const endsAt = rootEndsAt ?? new Date(Date.now() + SESSION_HOURS * HOUR_MS);
  return { of: { line: [...line, id], rootEndsAt: endsAt } };
}

function hoursOf({ rootEndsAt }: From): number {
  return rootEndsAt ? Math.min(SESSION_HOURS, hoursUntil(rootEndsAt)) : SESSION_HOURS;
}

function hoursUntil(time: Date): number {
  return (time.getTime() - Date.now()) / HOUR_MS;
}
