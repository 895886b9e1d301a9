import type { EffectDocument } from '../../persist/effect-schema.ts';
import type { DestinationStore } from '../../persist/destination-store.ts';
import type { EffectActs, EffectFilter } from '../../persist/effect-acts.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { EffectsChanged, EffectsRequest } from '../shapes/effects.ts';

export interface EffectTools {
  effects: EffectActs;
  store: Pick<DestinationStore, 'all'>;
  /** Wakes lanes of a destination. The sweeper wakes those that this misses. */
  wake: (
    destination: string,
    effects: readonly Pick<EffectDocument, 'destination' | 'order' | 'topic'>[],
  ) => Promise<void>;
  now: () => number;
}

/** Schedules effects again: they are sent in the sequence of their lanes, with the same ids. */
export async function replayEffects(
  asked: EffectsRequest,
  who: Caller,
  tools: EffectTools,
): Promise<EffectsChanged> {
  const names = (await tools.store.all()).map(({ _id }) => _id);
  const filter = withinKnown(filterOf(asked, who), names);
  if (asked.dryRun) return wouldBe(await tools.effects.countReplayable(filter), 'replayed');
  const changed = await tools.effects.replay(filter, new Date(tools.now()));
  if (changed.length === 0) throw nothing('replayed');
  await wakeAll(changed, tools);
  return { dryRun: false, effects: changed.length, did: `scheduled again: ${changed.length}` };
}

/** Ends effects without sending them: their lanes continue with what follows. */
export async function skipEffects(
  asked: EffectsRequest,
  who: Caller,
  tools: EffectTools,
): Promise<EffectsChanged> {
  const filter = filterOf(asked, who);
  if (asked.dryRun) return wouldBe(await tools.effects.countSkippable(filter), 'skipped');
  const changed = await tools.effects.skip(filter, `skipped by ${who.name}`, new Date(tools.now()));
  if (changed.length === 0) throw nothing('skipped');
  await wakeAll(changed, tools);
  return { dryRun: false, effects: changed.length, did: `skipped: ${changed.length}` };
}

function filterOf({ ids, filter }: EffectsRequest, { shops }: Caller): EffectFilter {
  return { ids, ...filter, shop: shops ?? undefined };
}

/** Effects of a deleted destination would wait forever. */
function withinKnown(filter: EffectFilter, names: readonly string[]): EffectFilter {
  const asked = filter.destination === undefined ? names : [filter.destination].flat();
  return { ...filter, destination: asked.filter((name) => names.includes(name)) };
}

function wouldBe(effects: number, what: string): EffectsChanged {
  return { dryRun: true, effects, did: `nothing was changed; would be ${what}: ${effects}` };
}

function nothing(what: string): Refusal {
  return new Refusal('not_found', `no effect that can be ${what} matches`);
}

async function wakeAll(
  changed: readonly Pick<EffectDocument, 'destination' | 'order' | 'topic'>[],
  { wake }: EffectTools,
): Promise<void> {
  const byDestination = Map.groupBy(changed, ({ destination }) => destination);
  await Promise.all([...byDestination].map(([destination, effects]) => wake(destination, effects)));
}
