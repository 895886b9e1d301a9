import { Option } from 'commander';
import { EFFECT_STATES } from '../system/states.ts';
import type {
  EffectDetail,
  EffectPage,
  EffectRow,
  EffectsChanged,
  OrderEffects,
} from '../operate/shapes/effects.ts';
import { placeOf } from './ask.ts';
import { effectText } from './effect-text.ts';
import { reasonToAct, showCounted, TO_COUNT } from './change.ts';
import { OpsProblem } from './exit.ts';
import { findOrder, orderPlace } from './find.ts';
import { rowsUpTo } from './rows.ts';
import type { Session } from './session.ts';
import { counted, table, time } from './table.ts';
import { changeOptions, limitOption, verb, type Changing } from './verb.ts';

/** The options that filter effects. */
interface Filtering {
  destination?: string;
  order?: string;
  state?: string;
}

const filterOptions = () => [
  new Option('--destination <name>', 'Filter by destination'),
  new Option('--order <order>', 'Filter by order: its key, name (#1001) or ID'),
  new Option('--state <state>', 'Filter by state').choices(EFFECT_STATES),
];

/** The command `replay` or `skip`. */
const acting = (way: 'replay' | 'skip', about: string, done: string) =>
  verb<Filtering & Changing & { id?: string[] }>({
    call: way,
    about,
    options: [
      new Option('--id <ids...>', 'Effects by their IDs, as in `effects ls`'),
      ...filterOptions(),
      ...changeOptions(),
    ],
    act: async (session, _args, options) => {
      const reason = reasonToAct(options);
      const which = await whichOf(session, options);
      const request = { ...which, reason: reason ?? TO_COUNT, dryRun: reason === null };
      const answer = await session.send<EffectsChanged>(`/effects/${way}`, request);
      if (answer.dryRun) showCounted(session, { effects: answer.effects }, { what: 'effect', done });
      else session.show(answer, answer.did);
    },
  });

export const EFFECT_VERBS = [
  verb<Filtering & { limit: number }>({
    call: 'ls',
    isDefault: true,
    about: 'List effects, newest first',
    options: [...filterOptions(), limitOption()],
    act: async (session, _args, { limit, ...options }) => {
      const filter = await filterOf(session, options);
      const page = await rowsUpTo<EffectPage>(session, '/effects', filter, limit, 'effects');
      session.show(page, listText(page));
    },
  }),
  verb({
    call: 'order <order>',
    about: "Show an order's effects in sequence, over all destinations",
    act: async (session, [typed = '']) => {
      const key = await findOrder(session, typed);
      const answer = await session.ask<OrderEffects>(`${orderPlace('orders', key)}/effects`);
      session.show(answer, orderText(key, answer.effects));
    },
  }),
  verb({
    call: 'show <effect>',
    about: 'Show an effect; if its destination is a handler, with the steps that it has done',
    act: async (session, [id = '']) => {
      const effect = await session.ask<EffectDetail>(placeOf('effects', id));
      session.show(effect, effectText(effect));
    },
  }),
  acting('replay', 'Send effects again from their first attempt, with the same IDs', 'replayed'),
  acting('skip', 'End effects without sending them; what follows them is sent', 'skipped'),
  verb<Changing>({
    call: 'undo <effect>',
    about: "Undo what a handler did for an effect: its compensations run, the last step's first",
    options: changeOptions(),
    act: async (session, [id = ''], options) => {
      const reason = reasonToAct(options);
      if (reason === null) return session.show({ effect: id }, `The steps of ${id} would be undone.`);
      const answer = await session.send<EffectsChanged>(`${placeOf('effects', id)}/undo`, { reason });
      session.show(answer, answer.did);
    },
  }),
];

async function filterOf(session: Session, { destination, order, state }: Filtering) {
  return { destination, state, order: order === undefined ? undefined : await findOrder(session, order) };
}

/** The API's maximum. */
const MOST_IDS = 1000;

/** @throws OpsProblem usage unless exactly one of ids and a filter is given */
async function whichOf(session: Session, { id, ...options }: Filtering & { id?: string[] }) {
  const filter = await filterOf(session, options);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if ((id !== undefined) === isFiltered)
    throw new OpsProblem('usage', 'specify either --id, or a filter (--destination, --order, --state)');
  if (id === undefined) return { filter };
  if (id.length > MOST_IDS) throw new OpsProblem('usage', `too many effects: at most ${MOST_IDS} at a time`);
  return { ids: [...new Set(id)] };
}

function listText({ effects, cursor }: EffectPage): string {
  if (effects.length === 0) return 'No effects match.';
  const rows = effects.map((each) => [time(each.createdAt), each.destination, each.order, ...cellsOf(each)]);
  const more = cursor === null ? '' : '\n… older effects: use --limit';
  const title = `${counted(effects.length, 'effect')}${cursor === null ? '' : ' and more'}, newest first.`;
  return `${title}\n\n${table(rows, ['created', 'destination', 'order', ...CELLS])}${more}`;
}

function orderText(order: string, effects: readonly EffectRow[]): string {
  if (effects.length === 0) return `${order} has set off no effects.`;
  const rows = effects.map((each) => [each.version, each.destination, ...cellsOf(each)]);
  const title = `${counted(effects.length, 'effect')} of ${order}, in sequence.`;
  return `${title}\n\n${table(rows, ['version', 'destination', ...CELLS])}`;
}

const CELLS = ['topic', 'state', 'attempts', 'ended', 'next attempt', 'answer', 'reason', 'effect'];

function cellsOf({
  topic,
  late,
  state,
  attempts,
  doneAt,
  dueAt,
  receipt,
  lastError,
  because,
  id,
}: EffectRow) {
  const ended = doneAt === null ? '' : time(doneAt);
  const due = dueAt === null ? '' : time(dueAt);
  const named = late ? `${topic} (late)` : topic;
  return [named, state, attempts, ended, due, receipt?.answer, because ?? lastError, id];
}
