import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { DRIFT_KINDS } from '../system/states.ts';
import type { Reconcile, ReconcilePage } from '../operate/shapes/reconcile.ts';
import { placeOf } from './ask.ts';
import { reasonToAct } from './change.ts';
import { untilAborted } from './ctrl-c.ts';
import { OpsProblem } from './exit.ts';
import { rowsUpTo } from './rows.ts';
import type { Session } from './session.ts';
import { counted, facts, table, time } from './table.ts';
import { changeOptions, limitOption, reasonOption, shopOption, verb, type Changing } from './verb.ts';

interface Asking extends Changing {
  shop?: string;
  since?: string;
  all?: true;
}

export const RECONCILE_VERBS = [
  verb<Asking>({
    call: 'run',
    isDefault: true,
    about: "Compare a shop's orders with Shopify's; with --yes, repair missing, stale, and different ones",
    options: [
      new Option('--shop <shop>', 'Shop to compare').makeOptionMandatory(),
      new Option('--since <time>', 'Compare orders changed since: 90min, 2h, 3d, or 2026-11-21T12:00:00Z'),
      new Option('--all', 'Compare all orders'),
      ...changeOptions(),
    ],
    act: (session, _args, asking) => run(session, asking),
  }),
  verb<{ shop?: string; limit: number }>({
    call: 'ls',
    about: 'List reconciliation passes, newest first',
    options: [shopOption(), limitOption()],
    act: async (session, _args, { shop, limit }) => {
      const page = await rowsUpTo<ReconcilePage>(session, '/reconciles', { shop }, limit, 'reconciles');
      session.show(page, listText(page));
    },
  }),
  verb({
    call: 'show <pass>',
    about: 'Show a reconciliation pass and the first orders it found',
    act: async (session, [id = '']) => {
      const pass = await session.ask<Reconcile>(placeOf('reconciles', id));
      session.show(pass, passText(pass));
    },
  }),
  verb<{ reason: string }>({
    call: 'abort <pass>',
    about: 'Stop a reconciliation pass immediately; repaired orders stay repaired',
    options: [reasonOption().makeOptionMandatory()],
    act: async (session, [id = ''], { reason }) => {
      const pass = await session.send<Reconcile & { did: string }>(placeOf('reconciles', id, 'abort'), {
        reason,
      });
      session.show(pass, pass.did);
    },
  }),
];

const EVERY_MS = 500;
/** How long the dashboard may be unreachable: a restart takes less. */
const UNREACHABLE_MS = 60_000;
/** The app checks for requested passes every second; after this long it is probably not running. */
const TAKEN_MS = 10_000;

/** Requests a pass and follows it to its end. Ctrl-C asks the server to abort it. */
async function run(session: Session, { shop, since, all, ...changing }: Asking): Promise<void> {
  if ((since === undefined) === (all === undefined))
    throw new OpsProblem('usage', 'specify either --since or --all');
  const reason = reasonToAct(changing);
  const asked = await session.send<Reconcile>('/reconciles', {
    shop,
    ...(all ? { all } : { since }),
    dryRun: reason === null,
    reason: reason ?? 'a dry run at the command line',
  });
  const pass = await untilAborted(
    session,
    {
      what: 'pass',
      place: ['reconciles', asked.id],
      message: `pass ${asked.id}${asked.dryRun ? ' (dry run)' : ''} requested`,
    },
    () => untilEnded(session, asked),
  );
  session.show(pass, passText(pass));
  if (pass.state !== 'done') session.endAs('refused');
}

async function untilEnded(session: Session, asked: Reconcile): Promise<Reconcile> {
  const progress = session.startProgress('orders checked');
  const began = Date.now();
  let pass = asked;
  let heard = began;
  let warned = false;
  try {
    while (pass.state === 'asked' || pass.state === 'running') {
      await sleep(EVERY_MS);
      try {
        pass = await session.ask<Reconcile>(placeOf('reconciles', pass.id));
        heard = Date.now();
        progress.set(pass.checked);
      } catch (error) {
        if (!isAway(error) || Date.now() - heard > UNREACHABLE_MS) throw error;
      }
      if (warned || pass.state !== 'asked' || Date.now() - began < TAKEN_MS) continue;
      warned = true;
      session.say('the pass has not started yet: is the app program running?');
    }
  } finally {
    progress.end();
  }
  return pass;
}

function isAway(error: unknown): boolean {
  return error instanceof OpsProblem && error.exit === 'unreachable';
}

const STATES = {
  asked: 'is waiting for the app program',
  running: 'is running',
  done: 'is done',
  failed: 'failed',
  aborted: 'was aborted',
} as const satisfies Record<Reconcile['state'], string>;

function passText(pass: Reconcile): string {
  const { shop, state, checked, missing, stale, differs, stuck, gone, because } = pass;
  const healed = missing + stale + differs;
  const others = [
    ...(differs > 0 ? [`${differs} different`] : []),
    ...(stuck > 0 ? [`${stuck} stuck`] : []),
    ...(gone > 0 ? [`${gone} unknown to Shopify`] : []),
  ];
  const found =
    healed + stuck + gone === 0
      ? `${counted(checked, 'order')} checked, none missing, none stale.`
      : `${counted(checked, 'order')} checked: ${[`${missing} missing`, `${stale} stale`, ...others].join(', ')}.`;
  const head = `${pass.dryRun ? 'The dry run' : 'The pass'} for ${shop} ${STATES[state]}. ${found}${because ? ` ${because}` : ''}`;
  const rows = facts([
    ['pass', pass.id],
    ['changed since', pass.since === null ? 'any time' : time(pass.since)],
    ['until', time(pass.until)],
    ['method', pass.how],
    ['requested by', pass.who],
    ['reason', pass.reason],
    ['requested', time(pass.askedAt)],
    ['ended', time(pass.endedAt)],
    ['API points', Math.round(pass.points)],
  ]);
  return `${head}\n\n${rows}${foundText(pass)}${adviceText(pass)}${repairedText(pass)}`;
}

function repairedText({ dryRun, repaired, missing, stale, differs, gone }: Reconcile): string {
  if (!dryRun) return `\n\n${counted(repaired, 'order')} repaired.`;
  if (missing + stale + differs + gone === 0) return '';
  return '\n\nNothing was changed. To repair, add --yes and --reason.';
}

/** What to do about orders that a pass reports but does not repair. */
function adviceText({ stuck, gone }: Reconcile): string {
  const advice = [
    ...(stuck > 0
      ? [
          "stuck: Shopify's current order was applied, but ours still differs. See its history with `ops order`.",
        ]
      : []),
    ...(gone > 0
      ? [
          'gone: unknown to Shopify (deleted there, or never sent by it). Check the first event of each with `ops order`. A pass with --all, --yes and --reason marks them as deleted here.',
        ]
      : []),
  ];
  return advice.map((line) => `\n\n${line}`).join('');
}

function foundText({ found, missing, stale, differs, stuck, gone }: Reconcile): string {
  if (found.length === 0) return '';
  const rows = found.map(({ order, what, updatedAt, heldAt, facts }) => [
    what,
    order,
    time(updatedAt),
    time(heldAt),
    facts.join(', '),
  ]);
  const left = missing + stale + differs + stuck + gone - found.length;
  const more = left > 0 ? `\n… and ${left} more` : '';
  return `\n\n${table(rows, ['finding', 'order', 'at Shopify', 'here', 'differences'])}${more}`;
}

function listText({ reconciles, cursor }: ReconcilePage): string {
  if (reconciles.length === 0) return 'No reconciliations yet.';
  const rows = reconciles.map((pass) => [time(pass.askedAt), pass.shop, ...cellsOfPass(pass)]);
  const head = ['requested', 'shop', ...CELLS_OF_PASS];
  return `${table(rows, head)}${cursor === null ? '' : '\n… older passes: use --limit'}`;
}

const COUNTS = ['checked', ...DRIFT_KINDS] as const;

/** The columns of a list of passes. */
export const CELLS_OF_PASS = ['state', ...COUNTS, 'requested by', 'pass', 'details'];

export function cellsOfPass(pass: Reconcile) {
  const { state, dryRun, who, id, because } = pass;
  return [dryRun ? `${state}, dry run` : state, ...COUNTS.map((name) => pass[name]), who, id, because];
}
