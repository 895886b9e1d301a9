import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { clock } from '../text/figures.ts';
import type { Live } from '../client/live-store.ts';
import { useNow } from '../client/live.tsx';

/** Servers that are down, since when, and the consequences; and paused queues. It overlays the page's end. */
export function Banner() {
  const live = useNow();
  const lines = linesOf(live);
  return (
    <output className="banner" data-empty={lines.length === 0}>
      {lines.map(({ key, text, href }) => (
        <span key={key} className="banner-line">
          <IconAlertTriangle size={17} aria-hidden />
          <span>
            {text}
            {href && (
              <Link className="banner-link" href={href}>
                Details
              </Link>
            )}
          </span>
        </span>
      ))}
    </output>
  );
}

interface BannerLine {
  key: string;
  text: string;
  href?: string;
}

function linesOf({ now, connected, since }: Live): BannerLine[] {
  if (!connected && since) {
    const text = `The dashboard has not answered since ${clock(since)}. This page shows the state as of then and reconnects automatically.`;
    return [{ key: 'dashboard', text }];
  }
  if (!now) return [];
  const { pausedQueues, redis, mongodb } = now.status;
  const lines: BannerLine[] = [];
  if (redis.state === 'away') {
    const text = `${downText('Redis', redis)}. Waiting events and locks are shown as of then, or not at all. New webhooks are spooled.`;
    lines.push({ key: 'redis', text });
  }
  if (mongodb.state === 'away') {
    const text = `${downText('MongoDB', mongodb)}. Orders and events are shown as of then, or not at all. Webhooks are accepted but not processed.`;
    lines.push({ key: 'mongodb', text });
  }
  if (pausedQueues && pausedQueues.length > 0) {
    const text = `${pausedQueues.length === 1 ? `Queue ${pausedQueues[0]} is` : `${pausedQueues.length} queues are`} paused. Webhooks are accepted but not processed.`;
    lines.push({ key: 'paused', text, href: '/queues' });
  }
  return lines;
}

/** The time that the dashboard reports, so that it is the same on every page. */
function downText(name: string, { since }: { since: string | null }): string {
  return since === null ? `${name} is down` : `${name} has been down since ${clock(new Date(since))}`;
}
