import { AsyncLocalStorage } from 'node:async_hooks';
import { HandlerMistake } from './failure.ts';

/** A function of the user's code that runs within the handler's own. */
type Inner = 'step' | 'compensation';

/** Which calls are not allowed inside which function. A compensation may set off messages: each is kept by itself. */
const NOT_WITHIN = {
  step: ['step', 'compensation'],
  sleepUntil: ['step', 'compensation'],
  effect: ['step'],
} as const satisfies Record<string, readonly Inner[]>;

const INSTEAD = {
  step: 'call it before or after that step',
  compensation: 'a compensation is a step of its own',
} as const satisfies Record<Inner, string>;

interface Place {
  inner: Inner;
  step: string;
}

/**
 * The function of the user's code that a call comes from. It follows the calls, not the time: steps that run side by side
 * do not affect each other.
 *
 * What happens inside a step is not kept: once the step's result is kept, its function does not run again, so a step, a sleep
 * or a message in it would be missing in the next run, and the numbers of later ones would move. A sleep in it would
 * wait for the step, which waits for the sleep.
 */
export class Inside {
  readonly #handler: string;
  readonly #places = new AsyncLocalStorage<Place>();

  constructor(handler: string) {
    this.#handler = handler;
  }

  async run<Value>(inner: Inner, step: string, run: () => Value): Promise<Awaited<Value>> {
    return await this.#places.run({ inner, step }, run);
  }

  /** The step that the caller undoes, if so. */
  get undoing(): string | null {
    const place = this.#places.getStore();
    return place?.inner === 'compensation' ? place.step : null;
  }

  /** @param what as the code names it @throws HandlerMistake if it must not be called here */
  refuse(call: keyof typeof NOT_WITHIN, what: string): void {
    const inner = this.#places.getStore()?.inner;
    if (!inner || !(NOT_WITHIN[call] as readonly Inner[]).includes(inner)) return;
    throw new HandlerMistake(
      `${what} cannot be called inside a ${inner} of handler "${this.#handler}": ${INSTEAD[inner]}`,
    );
  }
}
