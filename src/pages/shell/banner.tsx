import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { clock } from '../components/figures.ts';
import type { Live } from '../live-store.ts';
import { useNow } from '../live.tsx';

/** What is away, since when, and what that means; and queues that somebody paused. It lies over the page's end. */
export function Banner() {
  const live = useNow();
  const lines = linesOf(live);
  return (
    <div className="banner" role="status" data-empty={lines.length === 0}>
      {lines.map(({ key, text, href }) => (
        <div key={key} className="banner-line">
          <IconAlertTriangle size={17} aria-hidden />
          <span>
            {text}
            {href && (
              <Link className="banner-link" href={href}>
                Look there
              </Link>
            )}
          </span>
        </div>
      ))}
    </div>
  );
}

interface BannerLine {
  key: string;
  text: string;
  href?: string;
}

function linesOf({ now, connected, since }: Live): BannerLine[] {
  if (!connected && since) {
    const text = `The dashboard does not answer since ${clock(since)}. What is shown is as of then; it heals by itself.`;
    return [{ key: 'dashboard', text }];
  }
  if (!now) return [];
  const { pausedQueues, redis, mongodb } = now.status;
  const lines: BannerLine[] = [];
  if (redis.state === 'away') {
    const text = `Redis is away${sinceText(redis)}. What waits and who holds locks is as of then, or not known; webhooks go to the spool.`;
    lines.push({ key: 'redis', text });
  }
  if (mongodb.state === 'away') {
    const text = `MongoDB is away${sinceText(mongodb)}. Orders and events are as of then, or cannot be shown; webhooks are taken, and wait.`;
    lines.push({ key: 'mongodb', text });
  }
  if (pausedQueues && pausedQueues.length > 0) {
    const text = `Paused by somebody: ${pausedQueues.length === 1 ? `queue ${pausedQueues[0]}` : `${pausedQueues.length} queues`}. Webhooks are taken, and wait.`;
    lines.push({ key: 'paused', text, href: '/queues' });
  }
  return lines;
}

/** As the dashboard saw it: the same on every page. */
function sinceText({ since }: { since: string | null }): string {
  return since === null ? '' : ` since ${clock(new Date(since))}`;
}
