import { Alert, Button, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Bearer } from '../../operate/shapes/tokens.ts';
import { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { Plain } from '../text/plain.tsx';

/** Exchanges a token, or the code of a one-time link (`#once=…`), for a cookie that scripts cannot read. */
export function SignInPage() {
  const { problem, busy, signIn } = useSignIn();
  const [token, setToken] = useState('');
  useEffect(() => {
    document.title = 'Sign in – Lockstep';
  }, []);
  return (
    <main className="sign-in">
      <Paper withBorder p="lg" maw={460} w="100%">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (token.trim() !== '') void signIn({ token: token.trim() });
          }}
        >
          <Stack gap="md">
            <Title order={1} size="h3">
              Sign in to Lockstep
            </Title>
            <Text size="sm" c="dimmed">
              Dashboard: {window.location.host}
            </Text>
            {problem && (
              <Alert
                className="problem"
                role="alert"
                variant="outline"
                icon={<IconAlertTriangle size={18} />}
              >
                <Plain text={problem} />
              </Alert>
            )}
            <PasswordInput
              label="Token"
              autoComplete="off"
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'show or hide the token' }}
            />
            <Button type="submit" loading={busy} disabled={token.trim() === ''}>
              Sign in
            </Button>
            <Text component="div" size="sm" c="dimmed">
              One-time sign-in link: <Code>npm run ops -- sign-in</Code>
              <br />
              New token: <Code>npm run ops -- token mint</Code>
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}

function useSignIn() {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const signIn = async (by: { token: string } | { once: string }) => {
    setBusy(true);
    setProblem(null);
    try {
      const who = await tell<Bearer>('/session', by);
      queries.clear();
      queries.setQueryData(['/session'], who);
      navigate(backOf(search.get('back')), { replace: true });
    } catch (error) {
      setProblem(saidOf(error, 'once' in by));
      setBusy(false);
    }
  };
  const latest = useRef(signIn);
  useEffect(() => {
    const once = new URLSearchParams(window.location.hash.slice(1)).get('once');
    if (!once) return;
    // First remove the code from the address, so that it does not stay in the browser's history.
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    void latest.current({ once });
  }, []);
  return { problem, busy, signIn };
}

function saidOf(error: unknown, once: boolean): string {
  if (!(error instanceof ApiProblem)) return String(error);
  if (error.status !== 401) return error.message;
  return once
    ? 'This link has already been used or has expired: each one works once, for 15 minutes. For a new link, run: npm run ops -- sign-in'
    : `Invalid token: ${error.message}.`;
}

/** Only paths on this dashboard: not `//elsewhere` and not `/\elsewhere`. */
function backOf(back: string | null): string {
  return back !== null && /^\/(?![/\\])/.test(back) ? back : '/';
}
