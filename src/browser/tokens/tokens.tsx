import { IconBan, IconCheck, IconClockX } from '@tabler/icons-react';
import type { Did } from '../../operate/shapes/mailboxes.ts';
import type { TokenList, TokenRow } from '../../operate/shapes/tokens.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { DataTable, type Column } from '../tables/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { useApi } from '../client/use-api.ts';
import { useMay } from '../client/who.tsx';
import { MintDialog } from './mint-dialog.tsx';
import { readingOf } from '../tables/reading.ts';

/** Who can sign in, with which role and until when; and minting and revoking tokens. */
export function TokensPage() {
  const may = useMay('admin');
  const tokens = useApi<TokenList>('/tokens', undefined, { enabled: may });
  const minting = useChange();
  const revoking = useChange<TokenRow>();
  if (!may)
    return (
      <Page title="Tokens">
        <Empty
          title="Admins only"
          why="Only admins can see tokens. For a one-time sign-in link with your own role, run: npm run ops -- sign-in"
        />
      </Page>
    );
  return (
    <Page
      title="Tokens"
      sentence="Tokens themselves are never stored, only what they permit."
      actions={
        <MayButton needs="admin" size="xs" onClick={() => minting.open(true)}>
          Mint a token…
        </MayButton>
      }
    >
      <DataTable
        label="Tokens, newest first"
        rows={tokens.data?.tokens}
        rowKey={(token) => token.id}
        columns={columnsWith(revoking.open)}
        {...readingOf(tokens)}
        empty={
          <Empty title="No tokens yet" why="A token is listed once it is minted here, used or revoked." />
        }
      />
      <DataTable
        label="Sessions and used links, newest first"
        rows={tokens.data?.sessions}
        rowKey={(token) => token.id}
        columns={columnsWith(revoking.open)}
        {...readingOf(tokens)}
        empty={
          <Empty title="No sessions yet" why="A session starts when someone signs in to the dashboard." />
        }
      />
      {minting.opened && <MintDialog onClose={minting.close} />}
      {revoking.over && <RevokeDialog token={revoking.over} onClose={revoking.close} />}
    </Page>
  );
}

function RevokeDialog({ token, onClose }: { token: TokenRow; onClose: () => void }) {
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Revoke this token"
      confirmLabel="Revoke"
      dangerous
      onConfirm={async (reason) => (await tell<Did>(`/tokens/${token.id}/revoke`, { reason })).did}
      what={
        <>
          The token {token.id} of <Plain text={token.name} /> ({token.role ?? 'unknown role'}) will be refused
          from now on, and all its sessions end. This cannot be undone.
        </>
      }
    />
  );
}

function columnsWith(revoke: (token: TokenRow) => void): Column<TokenRow>[] {
  return [
    { head: 'Name', cell: ({ name }) => <Plain text={name} max={100} /> },
    { head: 'Role', width: 80, cell: ({ role }) => role ?? '–' },
    { head: 'Shops', width: 160, cell: ({ shops }) => <Plain text={shops?.join(' ') ?? 'all'} max={60} /> },
    { head: 'Kind', width: 80, cell: ({ kind }) => <span title={KINDS[kind]}>{kind}</span> },
    { head: 'State', width: 100, cell: (token) => <State token={token} /> },
    { head: 'Last seen', align: 'right', width: 100, cell: ({ lastSeenAt }) => <When at={lastSeenAt} /> },
    { head: 'Expires', align: 'right', width: 110, cell: ({ expiresAt }) => <When at={expiresAt} /> },
    { head: 'Id', width: 160, cell: ({ id }) => <code>{id}</code> },
    {
      head: 'Action',
      align: 'right',
      width: 95,
      cell: (token) => <RevokeButton token={token} revoke={revoke} />,
    },
  ];
}

const KINDS = {
  token: 'minted here or with the command line',
  session: 'a session in a browser',
  once: 'a used one-time link',
} as const satisfies Record<TokenRow['kind'], string>;

function isOver(token: TokenRow): boolean {
  return new Date(token.expiresAt).getTime() < Date.now();
}

function State({ token }: { token: TokenRow }) {
  if (token.revokedAt !== null)
    return (
      <span title={`at ${token.revokedAt}${token.revokedBy === null ? '' : ` by ${token.revokedBy}`}`}>
        <ToneBadge tone="plain" icon={<IconBan size={14} aria-hidden />}>
          revoked
        </ToneBadge>
      </span>
    );
  // A link is recorded when it is used, and works once.
  if (token.kind === 'once' || isOver(token))
    return (
      <ToneBadge tone="plain" icon={<IconClockX size={14} aria-hidden />}>
        {token.kind === 'once' ? 'used' : 'expired'}
      </ToneBadge>
    );
  return (
    <ToneBadge tone="good" icon={<IconCheck size={14} aria-hidden />}>
      active
    </ToneBadge>
  );
}

function RevokeButton({ token, revoke }: { token: TokenRow; revoke: (token: TokenRow) => void }) {
  if (token.revokedAt !== null || isOver(token)) return null;
  return (
    <MayButton
      needs="admin"
      variant="default"
      size="compact-xs"
      aria-label={`Revoke the token of ${token.name}`}
      onClick={() => revoke(token)}
    >
      Revoke…
    </MayButton>
  );
}
