import { ActionIcon, Button, NativeSelect, Popover, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { signOut } from '../client/api.ts';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';
import { useWho } from '../client/who.tsx';

const SCHEMES = [
  { value: 'auto', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** The signed-in user, the theme, and signing out. */
export function Account() {
  const who = useWho();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Popover
      position="bottom-end"
      width={240}
      withinPortal={false}
      trapFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <ActionIcon variant="default" size="lg" aria-label={`account of ${who.name}`}>
          <IconUser size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="account">
        <Stack gap="sm">
          <Text component="div" size="sm">
            <b>
              <Plain text={who.name} max={60} />
            </b>
            , {who.role}
            <br />
            signed in until <When at={who.expiresAt} />
          </Text>
          <NativeSelect
            label="Theme"
            size="xs"
            data={[...SCHEMES]}
            value={colorScheme}
            onChange={({ currentTarget }) => {
              const chosen = SCHEMES.find(({ value }) => value === currentTarget.value);
              if (chosen) setColorScheme(chosen.value);
            }}
          />
          <SignOut />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function SignOut() {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      // Only the dashboard can clear its cookie: if it is unreachable, the user stays signed in, and sees that.
      setProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    navigate('/sign-in');
    queries.clear();
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={() => void leave()}>
        Sign out
      </Button>
      {problem && (
        <Text size="xs" role="alert">
          Still signed in: <Plain text={problem} />
        </Text>
      )}
    </>
  );
}
