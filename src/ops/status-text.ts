import type { SystemStatus } from '../operate/shapes/system.ts';
import { counted, facts, known, time } from './table.ts';

/** The overall status as text for a terminal: the most urgent problem, then the figures. */
export function statusText(status: SystemStatus): string {
  const { queues, pausedQueues } = status;
  const rows: [string, string][] = [
    ['waiting', `${several(status.waitingEvents, 'event')} of ${several(status.waitingOrders, 'order')}`],
    ['oldest wait', status.oldestWaitMs === null ? '?' : `${(status.oldestWaitMs / 1000).toFixed(1)} s`],
    ['drain jobs', queues ? jobsText(queues) : '?'],
    ['workers', known(status.workers)],
    ['locks held', known(status.locksHeld)],
    ['accepted', known(status.accepted)],
    ['duplicates', known(status.duplicates)],
    ['forged', `${known(status.forged)} (invalid signature; since ingest started)`],
    ['parked', known(status.parked)],
    ['spooled', known(status.spooled)],
    ['effects', effectsText(status.effects)],
    ['publishers', known(status.effects?.publishers ?? null)],
    ['shops', shopsText(status.shops)],
    ['Redis', serverText(status.redis)],
    ['MongoDB', serverText(status.mongodb)],
  ];
  if (pausedQueues && pausedQueues.length > 0)
    rows.splice(3, 0, ['PAUSED', `${counted(pausedQueues.length, 'queue')}: ${pausedQueues.join(', ')}`]);
  const { runbook } = status;
  const advice = runbook === null ? '' : `\nWhat to do: "${runbook}" in docs/runbook.md`;
  return `${MARKS[status.level]}${status.sentence}${advice}\n\n${facts(rows)}`;
}

const MARKS = { fine: '', look: 'WARNING: ', act: 'CRITICAL: ' } as const satisfies Record<
  SystemStatus['level'],
  string
>;

function several(count: number | null, what: string): string {
  return count === null ? `? ${what}s` : counted(count, what);
}

function jobsText(queues: NonNullable<SystemStatus['queues']>): string {
  return Object.entries(queues)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

function shopsText(shops: SystemStatus['shops']): string {
  if (!shops) return '?';
  const { installed, uninstalled, needAttention } = shops;
  return `${installed} installed (${needAttention} need attention), ${uninstalled} uninstalled`;
}

function effectsText(effects: SystemStatus['effects']): string {
  if (!effects) return '?';
  const { destinations } = effects;
  const sum = (state: 'waiting' | 'failing' | 'inDoubt' | 'parked') =>
    destinations.reduce((total, each) => total + each[state], 0);
  const open = `${sum('waiting')} waiting, ${sum('failing')} failing, ${sum('inDoubt')} in doubt, ${sum('parked')} parked`;
  return `${open}, at ${counted(destinations.length, 'destination')}`;
}

function serverText({ state, problem, since }: SystemStatus['redis']): string {
  const shown = state === 'away' ? 'down' : state;
  return problem ? `${shown} since ${time(since)}: ${problem}` : shown;
}
