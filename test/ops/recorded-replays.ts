import { route, type Route } from '../../src/operate/api/route.ts';
import {
  replayAbort,
  replayAnswer,
  replayBegun,
  replayPlace,
  replayRequest,
  replayRun,
  type ReplayRun,
} from '../../src/operate/shapes/parked.ts';
import { act, look, unlessAway, type Recorded } from './recorded.ts';
import { AT, RUN } from './recorded-answers.ts';

/** A replay that ends as {@link Recorded} says. */
export function replayRoutes(recorded: Recorded): Route[] {
  let looks = 0;
  let aborted = false;
  const run = (id: string): ReplayRun => {
    if (aborted) return { ...RUN, id, state: 'aborted', endedAt: AT };
    const done = looks - recorded.looksUntilDone;
    if (!(done > 0)) return { ...RUN, id };
    const ended = recorded.ends[done - 1] ?? recorded.ends.at(-1);
    return { ...RUN, id, state: 'done', endedAt: AT, ...ended };
  };
  return [
    route({
      ...act,
      path: '/parked/replays',
      body: replayRequest,
      answer: replayAnswer,
      handle: ({ body }) => {
        recorded.bodies.push(body);
        [looks, aborted] = [0, false];
        return Promise.resolve(
          body.dryRun
            ? { dryRun: true as const, events: recorded.counted }
            : { ...run(body.id), did: 'begins' },
        );
      },
    }),
    route({
      ...look,
      path: '/parked/replays/{id}',
      params: replayPlace,
      answer: replayRun,
      handle: ({ params }) => {
        looks += 1;
        return unlessAway(recorded, run(params.id));
      },
    }),
    route({
      ...act,
      path: '/parked/replays/{id}/abort',
      params: replayPlace,
      body: replayAbort,
      answer: replayBegun,
      handle: ({ params, body }) => {
        recorded.bodies.push(body);
        aborted = true;
        return Promise.resolve({ ...run(params.id), did: 'ended it' });
      },
    }),
  ];
}
