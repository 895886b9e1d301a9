import type { SystemStatus } from '../../watch/shapes/system.ts';

/** What is the matter, in two words for the title of a tab; the gravest first, '' where nothing is. */
const MATTERS: readonly ((status: SystemStatus) => string)[] = [
  ({ redis }) => (redis.state === 'away' ? 'Redis down' : ''),
  ({ mongodb }) => (mongodb.state === 'away' ? 'MongoDB down' : ''),
  ({ workers }) => (workers === 0 ? 'no worker' : ''),
  ({ parked }) => (parked ? `${parked} parked` : ''),
  ({ pausedQueues }) => (pausedQueues && pausedQueues.length > 0 ? 'paused' : ''),
  ({ spooled }) => (spooled ? `${spooled} spooled` : ''),
  ({ shops }) => (shops && shops.needAttention > 0 ? `${shops.needAttention} in need` : ''),
  ({ level }) => (level === 'fine' ? '' : 'look'),
];

export function shortState(status: SystemStatus): string {
  for (const matter of MATTERS) {
    const text = matter(status);
    if (text !== '') return text;
  }
  return '';
}
