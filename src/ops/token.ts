import { InvalidArgumentError, Option } from 'commander';
import { isRoleBound, ROLES, type Role } from '../system/roles.ts';
import { mintToken, tokenId } from '../system/tokens.ts';
import type { OnceMinted, TokenList, TokenMinted, TokenRow } from '../operate/shapes/tokens.ts';
import { placeOf } from './ask.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted, table, time } from './table.ts';
import { jwtSecret } from './target.ts';
import { changeOptions, reasonOption, verb, type Changing } from './verb.ts';

interface Minting {
  role: Role;
  name?: string;
  /** The only shops that it may see and change; absent: those of the caller's own token. */
  shop?: string[];
  hours: number;
  reason?: string;
}

const nameIn = ({ terminal }: Session) => terminal.env.USER ?? 'operator';

export const TOKEN_VERBS = [
  verb<Minting>({
    call: 'mint',
    about: 'Create a token through the API; if it is unreachable, sign it here with OPS_JWT_SECRET',
    options: [
      new Option('--role <role>', 'Role of the token').choices(ROLES).default('viewer'),
      new Option('--name <name>', 'Name of the person or program that uses it (default: USER)'),
      new Option('--shop <shops...>', 'Only these shops (default: all that you may see)').argParser(shopsOf),
      new Option('--hours <hours>', 'Hours until it expires').argParser(hoursOf).default(12),
      reasonOption(),
    ],
    act: async (session, _args, { role, shop: shops, hours, ...given }) => {
      const me = nameIn(session);
      const { name = me, reason = `minted by ${me} from the command line` } = given;
      const minting = { role, name, hours, reason, ...(shops && { shops }) };
      const minted = (await mintedOverApi(session, minting)) ?? (await mintedHere(session, minting));
      session.show({ ...minted, role, name, hours }, minted.token);
    },
  }),
  verb({
    call: 'ls',
    about: 'List tokens and sessions that were minted, used, or revoked',
    act: async (session) => {
      const list = await session.ask<TokenList>('/tokens');
      session.show(list, tokensText(list));
    },
  }),
  verb<Changing>({
    call: 'revoke <id>',
    about: 'Revoke a token everywhere within 5 s, by its ID or the token itself (only the ID is sent)',
    options: changeOptions(),
    act: async (session, [given = ''], changing) => {
      const id = given.includes('.') ? tokenId(given.trim()) : given;
      if (!/^[0-9a-f]{16}$/.test(id))
        throw new OpsProblem('usage', `invalid token ID: ${id} (expected 16 hex digits)`);
      await change(session, changing, {
        look: async () => revoking(id, await session.ask<TokenList>('/tokens')),
        act: (reason) => session.send(placeOf('tokens', id, 'revoke'), { reason }),
      });
    },
  }),
];

export const SIGN_IN_VERBS = [
  verb({
    call: 'sign-in',
    about: 'Print a one-time link that signs you in to the dashboard',
    act: async (session) => {
      const link = await session.send<OnceMinted>('/session/once', {});
      session.show(link, `${link.url}\nvalid once, until ${time(link.expiresAt)} UTC`);
    },
  }),
];

function revoking(id: string, { tokens, sessions }: TokenList) {
  const shown = [...tokens, ...sessions].find((token) => token.id === id) ?? null;
  const now = shown ? rowsText([shown]) : 'Not listed: the token was never used, or the ID is wrong.';
  return { would: `${now}\n\nThe token would be revoked.`, refused: null, shown };
}

type Request = Required<Pick<Minting, 'role' | 'name' | 'hours' | 'reason'>> & { shops?: string[] };
type Minted = { token: string; id: string; shops: string[] | null; expiresAt: string };

/** Null if no dashboard is known, or it is unreachable. */
async function mintedOverApi(session: Session, minting: Request): Promise<Minted | null> {
  try {
    return await session.send<TokenMinted>('/tokens', minting);
  } catch (error) {
    if (error instanceof OpsProblem && error.exit === 'unreachable' && error.status === null) return null;
    throw error;
  }
}

/** For when nothing runs yet, or no one has a token. Anyone with the secret has full access anyway. */
async function mintedHere(session: Session, { role, name, hours, shops }: Request): Promise<Minted> {
  if (!isRoleBound(role, shops ?? null))
    throw new OpsProblem('usage', `a token of the role ${role} must be bound to shops: add --shop`);
  const token = await mintToken(jwtSecret(session.terminal), { role, name, shops: shops ?? null }, hours);
  session.say('signed here, without a dashboard: the token is listed after its first use');
  const expiresAt = new Date(Date.now() + hours * 3_600_000).toISOString();
  return { token, id: tokenId(token), shops: shops ?? null, expiresAt };
}

function tokensText({ tokens, sessions }: TokenList): string {
  const parts = [`${counted(tokens.length, 'token')}.`, rowsText(tokens)];
  if (sessions.length > 0) parts.push(`${counted(sessions.length, 'session')}.`, rowsText(sessions));
  return parts.join('\n\n');
}

function rowsText(tokens: readonly TokenRow[]): string {
  const now = new Date().toISOString();
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    token.kind,
    token.role ?? '–',
    token.shops?.join(' ') ?? 'all',
    time(token.lastSeenAt),
    time(token.expiresAt),
    stateOf(token, now),
  ]);
  return table(rows, ['id', 'name', 'kind', 'role', 'shops', 'last seen', 'expires', 'state']);
}

function stateOf({ kind, expiresAt, revokedAt, revokedBy }: TokenRow, now: string): string {
  if (revokedAt) return `revoked by ${revokedBy ?? '?'}`;
  // A link is recorded when it is used, and works once.
  if (kind === 'once') return 'used';
  return expiresAt < now ? 'expired' : 'active';
}

/** As Lockstep writes shops; the option may be repeated. */
function shopsOf(text: string, before: string[] = []): string[] {
  const shop = text.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(shop)) return [...before, shop];
  throw new InvalidArgumentError('Must be a shop such as example.myshopify.com.');
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours <= 24 * 366) return hours;
  throw new InvalidArgumentError('Must be a number of hours, at most 8784 (366 days).');
}
