import {
  Alert,
  Button,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Role, TokenMinted } from '../../operate/shapes/tokens.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { dialogOpened } from '../dialogs/open-dialogs.ts';
import { Copy } from '../text/order-link.tsx';
import { When } from '../text/when.tsx';
import { RANKS } from '../client/who.tsx';

const ROLES = Object.keys(RANKS);
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
      ready={name.trim() !== '' && Number(hours) > 0}
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
            description="Such as example.myshopify.com; if empty, all shops that you may see"
            maxTags={20}
            value={shops}
            onChange={setShops}
          />
        </Stack>
      }
    />
  );
}

/** Like every dialog, except that a click outside does not close it: the token would be lost. */
function Shown({ minted, onClose }: { minted: TokenMinted; onClose: () => void }) {
  useEffect(() => dialogOpened(), []);
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size="lg"
      centered
      closeOnClickOutside={false}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title fw={600}>New token</Modal.Title>
          <Modal.CloseButton aria-label="close" />
        </div>
        <Modal.Body>
          <Stack gap="sm">
            <Alert
              variant="outline"
              icon={<IconKey size={18} />}
              title="Copy it now. It will not be shown again."
            >
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <code className="plain" data-token>
                  {minted.token}
                </code>
                <Copy text={minted.token} what="token" />
              </Group>
            </Alert>
            <Text size="sm">
              Valid until <When at={minted.expiresAt} />. Its id is <code>{minted.id}</code>.
            </Text>
            <Group justify="flex-end">
              <Button onClick={onClose} data-autofocus>
                I have copied it
              </Button>
            </Group>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
