import { Group, NativeSelect, NumberInput, Stack, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Role, TokenMinted } from '../../operate/shapes/tokens.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { ShownOnce } from '../dialogs/shown-once.tsx';
import { When } from '../text/when.tsx';
import { MAY_ACT_AS } from '../client/who.tsx';

const ROLES = Object.keys(MAY_ACT_AS);
/** A year and a day: the server's maximum. */
const MOST_HOURS = 24 * 366;
const USUAL_HOURS = 12;

/** Asks for a name, role and lifetime, then shows the token. Only this dialog has it: it is lost on close. */
export function MintDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [shops, setShops] = useState<string[]>([]);
  const [hours, setHours] = useState<number | string>(USUAL_HOURS);
  const [minted, setMinted] = useState<TokenMinted | null>(null);
  if (minted) return <Shown minted={minted} onClose={onClose} />;
  const mint = async (reason: string) => {
    const only = shops.length === 0 ? {} : { shops };
    const asked = { name: name.trim(), role, ...only, hours: Number(hours), reason };
    setMinted(await tell<TokenMinted>('/tokens', asked));
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Mint a token"
      confirmLabel="Mint"
      ready={name.trim() !== '' && Number(hours) > 0 && (role !== 'source' || shops.length > 0)}
      onConfirm={mint}
      what="Anyone who has the token can sign in with this name and role until it expires or is revoked. The token is shown only once."
      extra={
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="Recorded in the audit log for every use of the token"
            required
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group grow align="flex-start">
            <NativeSelect
              label="Role"
              data={ROLES}
              value={role}
              onChange={(event) => setRole(event.currentTarget.value as Role)}
            />
            <NumberInput
              label="Valid for (hours)"
              min={1}
              max={MOST_HOURS}
              clampBehavior="strict"
              value={hours}
              onChange={setHours}
            />
          </Group>
          <TagsInput
            label="Only these shops"
            description="Such as example.myshopify.com; if empty, all shops that you may see. A source needs at least one"
            maxTags={20}
            value={shops}
            onChange={setShops}
          />
        </Stack>
      }
    />
  );
}

function Shown({ minted, onClose }: { minted: TokenMinted; onClose: () => void }) {
  return (
    <ShownOnce title="New token" what="token" text={minted.token} onClose={onClose}>
      Valid until <When at={minted.expiresAt} />. Its id is <code>{minted.id}</code>.
    </ShownOnce>
  );
}
