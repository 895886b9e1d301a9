import { placeOf } from './ask.ts';
import { EXIT_CODES } from './exit.ts';
import type { Session } from './session.ts';

/**
 * The first Ctrl-C calls `first`; the second ends the process at once.
 * @returns removes it: from then on, Ctrl-C ends the process
 */
export function onCtrlC(first: () => void): () => void {
  let isAsked = false;
  const onStop = () => {
    if (isAsked) process.exit(EXIT_CODES.refused);
    isAsked = true;
    first();
  };
  process.on('SIGINT', onStop);
  return () => void process.off('SIGINT', onStop);
}

/**
 * Follows work on the server to its end. Ctrl-C asks the server to abort the work; it is caught before the message
 * says so. After a second Ctrl-C, the requested abort may still take effect.
 * @param place path of the work in the API, such as `['reconciles', id]`
 * @param message says that the work has begun
 */
export async function untilAborted<Ended>(
  session: Session,
  { what, place, message }: { what: string; place: string[]; message: string },
  follow: () => Promise<Ended>,
): Promise<Ended> {
  const remove = onCtrlC(() => {
    session
      .send(placeOf(...place, 'abort'), { reason: 'Ctrl-C at the command line' })
      .catch((error: unknown) => session.say(`could not abort the ${what}: ${String(error)}`));
  });
  session.say(`${message}; Ctrl-C aborts it`);
  return await follow().finally(remove);
}
