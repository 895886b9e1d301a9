import { AppShell, Burger, Group, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';
import { PAGES } from './routes.tsx';
import { Account } from './account.tsx';
import { Banner } from './banner.tsx';
import { Help } from './help.tsx';
import { LiveMark } from './live-mark.tsx';
import { Navigation } from './navigation.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { SearchBox } from './search-box.tsx';
import { useGoKeys } from './use-go-keys.ts';

/** The frame around every page. */
export function Shell() {
  const [navigation, { toggle, close }] = useDisclosure();
  const [place] = useLocation();
  useGoKeys();
  useTopOfPage(place);
  useEffect(close, [place, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !navigation } }}
      padding="md"
      transitionDuration={0}
    >
      <a className="skip" href="#main">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="sm" wrap="nowrap">
          <Burger
            opened={navigation}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label="navigation"
            aria-expanded={navigation}
          />
          <Link href="/" className="brand">
            Lockstep
          </Link>
          <span className="host" title="address of this dashboard">
            {window.location.host}
          </span>
          <SearchBox />
          <LiveMark />
          <Account />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <PageBoundary key={place}>
          <Suspense fallback={<PageSkeleton />}>
            <Pages />
          </Suspense>
        </PageBoundary>
      </AppShell.Main>
      <Banner />
      <Help />
    </AppShell>
  );
}

function Pages() {
  return (
    <Switch>
      {PAGES.map(({ path, Page: Content }) => (
        <Route key={path} path={path}>
          <Content />
        </Route>
      ))}
      <Route>
        <Page title="Page not found">
          <Empty title="There is no page at this address" why="Choose a page from the navigation." />
        </Page>
      </Route>
    </Switch>
  );
}

function PageSkeleton() {
  return (
    <Stack gap="sm" aria-hidden>
      <Skeleton height={28} w={200} />
      <Skeleton height={14} w={380} maw="100%" />
      <Skeleton height={320} mt="md" />
    </Stack>
  );
}

/** A new page starts at its top; going back keeps the scroll position. */
function useTopOfPage(place: string): void {
  const wentBack = useRef(false);
  useEffect(() => {
    const onBack = () => {
      wentBack.current = true;
    };
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, []);
  useEffect(() => {
    if (!wentBack.current) window.scrollTo(0, 0);
    wentBack.current = false;
  }, [place]);
}
