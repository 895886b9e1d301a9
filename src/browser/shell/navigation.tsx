import { NavLink } from '@mantine/core';
import { IconApi } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { SystemStatus } from '../../operate/shapes/system.ts';
import { figure } from '../text/figures.ts';
import { ToneBadge } from '../components/tone-badge.tsx';
import { useNowMark } from '../client/live.tsx';
import { PAGES } from './routes.tsx';

/** The badge beside a page's name if that page has a problem to show. */
const MATTERS: Record<string, (status: SystemStatus) => string> = {
  '/parked': ({ parked }) => (parked ? figure(parked) : ''),
  '/queues': ({ pausedQueues }) => (pausedQueues && pausedQueues.length > 0 ? 'paused' : ''),
  '/shops': ({ shops }) => (shops && shops.needAttention > 0 ? figure(shops.needAttention) : ''),
};

export function Navigation() {
  const [place] = useLocation();
  return (
    <nav aria-label="pages" className="navigation">
      {PAGES.map(({ path, title, key, icon: Mark }) => {
        if (!key || !Mark) return null;
        const active = path === '/' ? place === '/' : place === path || place.startsWith(`${path}/`);
        return (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={title}
            active={active}
            {...(active ? { 'aria-current': 'page' as const } : {})}
            leftSection={<Mark size={17} aria-hidden />}
            rightSection={<Matter path={path} />}
            title={`g ${key}`}
          />
        );
      })}
      <NavLink component="a" href="/docs" label="API" leftSection={<IconApi size={17} aria-hidden />} />
    </nav>
  );
}

function Matter({ path }: { path: string }) {
  const mark = useNowMark((now) => MATTERS[path]?.(now.status) ?? '');
  const text = mark === '' ? '' : (JSON.parse(mark) as string);
  return text === '' ? null : <ToneBadge tone="look">{text}</ToneBadge>;
}
