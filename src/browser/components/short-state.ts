import type { SystemStatus } from '../../operate/shapes/system.ts';
import { several } from '../text/figures.ts';

/** The current problem in a few words for the tab title, most serious first; '' if there is none. */
const MATTERS: readonly ((status: SystemStatus) => string)[] = [
  ({ redis }) => (redis.state === 'away' ? 'Redis down' : ''),
  ({ mongodb }) => (mongodb.state === 'away' ? 'MongoDB down' : ''),
  ({ workers }) => (workers === 0 ? 'no workers' : ''),
  ({ parked }) => (parked ? `${parked} parked` : ''),
  ({ pausedQueues }) => (pausedQueues && pausedQueues.length > 0 ? 'paused' : ''),
  ({ spooled }) => (spooled ? `${spooled} spooled` : ''),
  ({ shops }) =>
    shops && shops.needAttention > 0
      ? `${several(shops.needAttention, 'shop needs', 'shops need')} attention`
      : '',
  ({ level }) => (level === 'fine' ? '' : 'attention'),
];

export function shortState(status: SystemStatus): string {
  for (const matter of MATTERS) {
    const text = matter(status);
    if (text !== '') return text;
  }
  return '';
}
