import type { TokenStore } from '../../persist/token-store.ts';
import type { TokenDocument } from '../../persist/token-schema.ts';
import { invalidField, Refusal } from '../refusal.ts';
import { isWithin } from '../shop-bounds.ts';
import type { Caller } from '../caller.ts';
import { because, did } from '../shapes/mailboxes.ts';
import { tokenList, tokenMint, tokenMinted, tokenPlace, type TokenRow } from '../shapes/tokens.ts';
import { isRoleBound } from '../../system/roles.ts';
import { mintToken, readToken } from '../../system/tokens.ts';
import { route, type Route } from './route.ts';

export interface TokenTools {
  jwtSecret: string;
  store: TokenStore;
}

const TOKENS_SHOWN = 200;

/** Minting, listing and revoking tokens. A token itself is shown only once, when it is minted. */
export function tokenRoutes({ jwtSecret, store }: TokenTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/tokens',
      role: 'admin',
      scope: 'global',
      about: 'Tokens and, separately, sessions that were minted here, used or revoked, newest first.',
      answer: tokenList,
      handle: async () => {
        const { tokens, sessions } = await store.list(TOKENS_SHOWN);
        return { tokens: tokens.map(tokenRow), sessions: sessions.map(tokenRow) };
      },
    }),
    route({
      method: 'post',
      path: '/tokens',
      role: 'admin',
      scope: 'filtered',
      about: 'Mints a token. Only this response contains it; it is never shown again.',
      body: tokenMint,
      answer: tokenMinted,
      audit: ({ body }) => ({ action: 'token.mint', target: `token for ${body.name}` }),
      handle: async ({ body: { name, role, hours, ...asked }, who }) => {
        const shops = boundsOf(asked.shops, who);
        if (!isRoleBound(role, shops))
          throw invalidField('shops', `a token of the role ${role} must be bound to shops`);
        const token = await mintToken(jwtSecret, { name, role, shops }, hours);
        const read = await readToken(jwtSecret, token);
        if (read.outcome !== 'good') throw invalidField('hours', 'too few; the token would expire at once');
        await store.keep(read);
        const expiresAt = read.expiresAt.toISOString();
        const of = shops ? `, only ${shops.join(', ')}` : '';
        const did = `token ${read.id}: ${role}${of}, until ${expiresAt}`;
        return { token, id: read.id, shops, expiresAt, did };
      },
    }),
    route({
      method: 'post',
      path: '/tokens/{id}/revoke',
      role: 'admin',
      scope: 'global',
      about:
        'Revokes a token and all links and sessions made from it: here at once, everywhere within 5 s. Also works for a token that was never used.',
      params: tokenPlace,
      body: because,
      answer: did,
      audit: ({ params }) => ({ action: 'token.revoke', target: `token ${params.id}` }),
      handle: async ({ params: { id }, who }) => {
        const outcome = await store.revoke(id, who.name);
        return { did: DID[outcome] };
      },
    }),
  ];
}

/** A token never sees more than the token that creates it. */
function boundsOf(asked: readonly string[] | undefined, { shops }: Caller): string[] | null {
  const beyond = asked?.filter((shop) => !isWithin(shops, shop)) ?? [];
  if (beyond.length > 0)
    throw new Refusal('forbidden', `shops: your own token does not include ${beyond.join(', ')}`);
  const bounds = asked ?? shops;
  return bounds && [...bounds];
}

const DID = {
  revoked:
    'revoked, with all links and sessions made from it: here at once, in every other process within 5 s',
  'revoked before': 'it was already revoked: nothing changed',
} as const;

function tokenRow(token: TokenDocument): TokenRow {
  return {
    id: token._id,
    name: token.name,
    role: token.role,
    shops: token.shops ?? null,
    kind: token.kind,
    root: token.root === undefined || token.root === token._id ? null : token.root,
    firstSeenAt: token.firstSeenAt.toISOString(),
    lastSeenAt: token.lastSeenAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    revokedAt: token.revokedAt?.toISOString() ?? null,
    revokedBy: token.revokedBy,
  };
}
