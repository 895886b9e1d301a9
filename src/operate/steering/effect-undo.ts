import { HANDLER_PREFIX } from '../../persist/destination-schema.ts';
import type { NoUndo } from '../../persist/effect-undo.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { EffectsChanged } from '../shapes/effects.ts';
import type { EffectTools } from './effects.ts';

const REFUSALS: Readonly<Record<NoUndo, string>> = {
  'not in this state':
    'only what is done, parked or failing can be undone: a run that sleeps or waits can be skipped',
  'nothing to undo': 'none of its steps says how it is undone (`compensate`), or all of them are undone',
  'undone already': 'its steps are undone already',
};

/** A publisher undoes the steps of a handler, the last one first. */
export async function undoEffect(
  id: string,
  who: Caller,
  { effects, store, wake, now }: EffectTools,
): Promise<EffectsChanged> {
  const effect = await effects.one(id);
  if (!effect) throw new Refusal('not_found', 'the effect does not exist, or has expired');
  const { destination } = effect;
  if (!destination.startsWith(HANDLER_PREFIX))
    throw new Refusal('conflict', 'only what a handler did can be undone: this is a message');
  const known = await store.all();
  if (!known.some(({ _id }) => _id === destination))
    throw new Refusal('conflict', `${destination} was deleted: its steps cannot be undone`);
  const refused = await effects.undo(effect, `undone: ${who.name} asked for it`, new Date(now()));
  if (refused !== null) throw new Refusal('conflict', REFUSALS[refused]);
  await wake(destination, [effect]);
  return { dryRun: false, effects: 1, did: 'its steps are being undone, the last one first' };
}
