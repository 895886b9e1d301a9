import type { AuditLog } from '../../persist/audit-log.ts';
import type { Role } from '../shapes/tokens.ts';
import { Refusal } from '../api/refusal.ts';
import type { TokenBook } from './token-book.ts';
import { mintToken, readToken, type Read, type Reading } from './tokens.ts';

/**
 * Exchanges a token, or the code of a one-time link, for a session: a token of its own that only the cookie may
 * carry, so that what was pasted into a page is not what a thief of the cookie has. It ends with the token, and is
 * revoked with it. Every try is audited, by the token's id and never with the token; where it cannot be, nobody
 * is let in.
 */
export interface Sessions {
  /** @throws Refusal */
  begin: (given: { token: string } | { once: string }) => Promise<Session>;
  /** The session is over, also for who has its cookie. */
  end: (session: { name: string; token: string }) => Promise<void>;
  /** The code of a one-time link for the same person. */
  mintOnce: (who: { name: string; role: Role; token: string; expiresAt: Date }) => Promise<Code>;
}

interface Session {
  cookie: string;
  name: string;
  role: Role;
  expiresAt: Date;
}

interface Code {
  code: string;
  expiresAt: Date;
}

const SESSION_HOURS = 12;
export const ONCE_HOURS = 0.25;

const ANOTHER = '; "npm run ops -- sign-in" prints another link';
const REFUSED = {
  forged: 'this is no token of this Lockstep',
  expired: 'this token is over',
  revoked: 'this token was revoked',
  'used before': `this link was used before${ANOTHER}`,
} as const;
type Why = keyof typeof REFUSED;

export function sessions(jwtSecret: string, book: TokenBook, audit: AuditLog): Sessions {
  const refuse = async (reading: Reading, why: Why, isLink: boolean): Promise<never> => {
    const who = reading.outcome === 'forged' ? 'nobody known' : reading.name;
    const act = { action: 'session.refuse', target: `token ${reading.id}`, who, role: 'none' } as const;
    try {
      await audit.end(await audit.begin({ ...act, reason: null }), 'refused', why);
    } catch {
      // Nobody is let in: the refusal stands, also where it cannot be written down.
    }
    const isOver = isLink && why === 'expired';
    throw new Refusal('not_signed_in', isOver ? `this link is over${ANOTHER}` : REFUSED[why]);
  };
  const check = async (token: string, kind: 'token' | 'once'): Promise<Read> => {
    const reading = await readToken(jwtSecret, token);
    const isLink = kind === 'once';
    if (reading.outcome !== 'good') return await refuse(reading, reading.outcome, isLink);
    if (reading.kind !== kind) return await refuse(reading, 'forged', isLink);
    if (book.isRevoked(reading)) return await refuse(reading, 'revoked', isLink);
    if (isLink && (await book.takeOnce(reading)) === 'used before')
      return await refuse(reading, 'used before', isLink);
    return reading;
  };
  return {
    begin: async (given) => {
      const isLink = 'once' in given;
      const from = await check(isLink ? given.once : given.token, isLink ? 'once' : 'token');
      // A link is good for 15 minutes, its session for 12 hours; a session never outlives the token it is of.
      const most = isLink ? SESSION_HOURS : Math.min(SESSION_HOURS, hoursUntil(from.expiresAt));
      const { name, role } = from;
      const cookie = await mintToken(
        jwtSecret,
        { name, role, kind: 'session', of: from.of ?? from.id },
        most,
      );
      const session = await readToken(jwtSecret, cookie);
      if (session.outcome !== 'good') return await refuse(session, 'expired', isLink);
      // Kept before the cookie is out: what is not written down could not be revoked.
      await book.keep(session);
      const act = { action: 'session.begin', target: `token ${from.id}`, who: name, role } as const;
      const entry = await audit.begin({ ...act, reason: null });
      await audit.end(entry, 'done', isLink ? 'by a one-time link' : 'by a token');
      return { cookie, name, role, expiresAt: session.expiresAt };
    },
    end: async ({ name, token }) => {
      await book.revoke(token, name);
    },
    mintOnce: async ({ name, role, token, expiresAt }) => {
      const hours = Math.min(ONCE_HOURS, hoursUntil(expiresAt));
      const code = await mintToken(jwtSecret, { name, role, kind: 'once', of: token }, hours);
      return { code, expiresAt: new Date(Date.now() + hours * 3_600_000) };
    },
  };
}

function hoursUntil(time: Date): number {
  return (time.getTime() - Date.now()) / 3_600_000;
}
