import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import type { Bearer } from '../operate/shapes/tokens.ts';
import type { ApiProblem } from './client/api-problem.ts';
import { ask, SIGNED_OUT } from './client/api.ts';
import { LiveProvider } from './client/live.tsx';
import { Shell } from './shell/shell.tsx';
import { Waiting } from './shell/waiting.tsx';
import { styleNonce } from './style-nonce.ts';
import { readable, theme } from './theme.ts';
import { tryAgain } from './client/use-api.ts';
import { WhoProvider } from './client/who.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A failure is shown at once and retried by tryAgain; the stream triggers refetches.
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: 2000,
      // The browser's offline state says nothing about localhost.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const SignInPage = lazy(async () => ({ default: (await import('./sign-in/sign-in.tsx')).SignInPage }));

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readable}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queries}>
        <Suspense fallback={<Waiting />}>
          <Switch>
            <Route path="/sign-in">
              <SignInPage />
            </Route>
            <Route>
              <SignedIn />
            </Route>
          </Switch>
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** A dashboard that cannot answer signs nobody out; only a 401 leads to the sign-in page. */
function SignedIn() {
  const client = useQueryClient();
  const [place] = useLocation();
  const search = useSearch();
  const session = useQuery<Bearer, ApiProblem>({
    queryKey: ['/session'],
    queryFn: () => ask<Bearer>('/session'),
    staleTime: 60_000,
    refetchInterval: ({ state }) => tryAgain(state.error),
  });
  useEffect(() => {
    const onSignedOut = () => void client.invalidateQueries({ queryKey: ['/session'] });
    window.addEventListener(SIGNED_OUT, onSignedOut);
    return () => window.removeEventListener(SIGNED_OUT, onSignedOut);
  }, [client]);
  if (session.error?.status === 401) {
    const back = `${place}${search === '' ? '' : `?${search}`}`;
    return <Redirect to={`/sign-in?back=${encodeURIComponent(back)}`} replace />;
  }
  if (!session.data) return <Waiting problem={session.error} />;
  return (
    <WhoProvider who={session.data}>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </WhoProvider>
  );
}
