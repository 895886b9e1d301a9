import type { Handler } from '../handle/handler.ts';
import type { ShopifyQuery } from '../handle/protocol.ts';
import { ShopifyError } from '../handle/shopify-error.ts';
import { readRules, type HandlerRules } from '../handle/rules.ts';
import { decide } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import { orderKey, type OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { createBodyKeeper } from '../persist/body-keeper.ts';
import { HANDLER_PREFIX } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { Ending } from '../persist/effect-store.ts';
import { effectsOf } from './effects-of-blocks.ts';
import { createHandlerSink } from './handler-sink.ts';
import { memorySteps } from './memory-steps.ts';
import { messagesOf, newestOf, type Message } from './messages.ts';
import { Died, mortalRun } from './mortal-run.ts';
import { endingOfRun } from './run-ending.ts';
import { effectSetOff, type SettingOff } from './set-off.ts';
import { arrivalOf, waitingOf } from './tried-events.ts';
import type { TriedLife, TriedMessage, TriedStep, TryOptions } from './tried.ts';

/**
 * Runs a handler over an order's life, in memory: the webhooks are applied by Lockstep's own rules. Nobody waits: a failed
 * attempt is repeated at once, and a sleep ends when the next webhook is later than its time, or when there is none.
 */
export async function runHandler(handler: Handler, options: TryOptions): Promise<TriedLife> {
  const { run, ...rules } = handler;
  const reading = readRules({ ...rules, run: typeof run });
  if (!reading.ok) throw new TypeError(`the handler cannot be used: ${reading.because}`);
  return await new Trial(handler, reading.rules, options).live();
}

interface Sleeper {
  until: number;
  continueRun: () => Promise<void>;
}

class Trial {
  readonly #rules: HandlerRules;
  readonly #options: TryOptions;
  readonly #life: TriedLife = { runs: [], logged: [] };
  readonly #steps = memorySteps(() => this.#clock);
  readonly #messages: { by: string; message: TriedMessage }[] = [];
  readonly #calls = new Map<string, number>();
  readonly #died = new Set<string>();
  readonly #sink: ReturnType<typeof createHandlerSink>;
  readonly #sleepers: Sleeper[] = [];
  #clock = 0;
  #order: Order | null = null;

  constructor(handler: Handler, rules: HandlerRules, options: TryOptions) {
    this.#rules = rules;
    this.#options = options;
    this.#sink = createHandlerSink(
      {
        rules,
        run: mortalRun(handler, {
          diesAt: (line) => this.#diesAt(line),
          onCall: (key) => this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1),
          now: () => this.#clock,
        }),
        steps: this.#steps,
        setOff: (asked) => Promise.resolve(this.#setOff(asked)),
        shopify: (_asker, asked) => askFake(options.shopify, asked),
        newest: (order) => newestOf(order, { load: () => Promise.resolve(this.#order) }),
        log: (_level, text) => this.#life.logged.push(text),
      },
      () => Promise.resolve(),
    );
  }

  async live(): Promise<TriedLife> {
    for (const [i, webhook] of this.#options.webhooks.entries()) {
      const at = arrivalOf(webhook) ?? this.#clock;
      await this.#wakeUntil(at);
      this.#clock = Math.max(this.#clock, at);
      const effect = this.#apply(waitingOf(this.#options, i, this.#clock), i);
      if (effect) await this.#run(effect, await this.#messageOf(effect));
    }
    await this.#wakeUntil(Infinity);
    return this.#life;
  }

  async #wakeUntil(time: number): Promise<void> {
    for (;;) {
      this.#sleepers.sort((a, b) => a.until - b.until);
      const [next] = this.#sleepers;
      if (!next || next.until > time) return;
      this.#sleepers.shift();
      this.#clock = Math.max(this.#clock, next.until);
      await next.continueRun();
    }
  }

  /** @returns the effect that the webhook sets off, if so */
  #apply(waiting: WaitingEvent, i: number): EffectDocument | undefined {
    const { order: key, topic } = waiting;
    if (this.#order && key !== keyOf(this.#order))
      throw new Error(`webhook ${i} (${topic}) is about another order`);
    const decided = decide(key, this.#order, [waiting], this.#clock, undefined, createBodyKeeper('full'));
    const [rejected] = decided.rejected;
    if (rejected) throw new Error(`webhook ${i} cannot be applied: ${rejected.because}`);
    const record = decided.order?.committed;
    if (!decided.order || !record) return undefined;
    this.#order = { ...decided.order, version: record.version };
    const { name, on, shops } = this.#rules;
    const destination = { _id: HANDLER_PREFIX + name, uid: name, afterBlock: 0, on, shops };
    const commits = [{ ...record, order: key }];
    return effectsOf([{ _id: 1, commits }], [destination], new Date(this.#clock))[0];
  }

  async #messageOf(effect: EffectDocument): Promise<Message> {
    const messages = await messagesOf([effect], {
      load: () => Promise.resolve(this.#order),
      journaled: noEvents,
      keepBody: createBodyKeeper('full'),
      webhookIds: () => Promise.resolve(new Map()),
      bodies: () => Promise.resolve(new Map()),
      causes: () => Promise.resolve(new Map()),
    });
    const message = messages.get(effect._id);
    if (!message || 'damage' in message) throw new Error('an effect has no message');
    return message;
  }

  /** All attempts, until it ends or sleeps. */
  async #run(
    effect: EffectDocument,
    message: Message,
    sleeps: Date[] = [],
    deaths: string[] = [],
  ): Promise<void> {
    let failures = 0;
    for (;;) {
      const ran = await this.#attempt(message);
      if (ran instanceof Died) {
        deaths.push(ran.message);
        continue;
      }
      const ending = await endingOfRun(ran, { failures }, new Date(this.#clock), 0);
      if (ending.state === 'failing') {
        failures = ending.isRestarted ? 0 : failures + 1;
        continue;
      }
      if (ending.state !== 'sleeping') return this.#record(effect, ending, sleeps, deaths);
      sleeps.push(ending.dueAt);
      const continueRun = () => this.#run(effect, message, sleeps, deaths);
      this.#sleepers.push({ until: ending.dueAt.getTime(), continueRun });
      return;
    }
  }

  #setOff(asked: SettingOff): string {
    const { destination: name, body } = asked.message;
    const { destinations } = this.#options;
    const to = destinations?.includes(name) === false ? null : ANY_DESTINATION;
    const { _id, topic: type } = effectSetOff(asked, to, new Date(this.#clock));
    const isNew = !this.#messages.some(({ message: { id } }) => id === _id);
    const message = { id: _id, destination: name, type, data: JSON.parse(body) as unknown };
    if (isNew) this.#messages.push({ by: asked.change.id, message });
    return _id;
  }

  #record(
    { _id, topic }: EffectDocument,
    ending: Exclude<Ending, { state: 'sleeping' | 'failing' }>,
    sleeps: Date[],
    deaths: string[],
  ): void {
    const because = ('lastError' in ending ? ending.lastError : ending.because) ?? null;
    const state = ending.state === 'in_doubt' ? 'parked' : ending.state;
    const effects = this.#messages.filter(({ by }) => by === _id).map(({ message }) => message);
    this.#life.runs.push({ topic, state, because, steps: this.#stepsOf(_id), effects, sleeps, deaths });
  }

  async #attempt(message: Message) {
    try {
      return await this.#sink.send(message, AbortSignal.timeout(this.#rules.timeoutMs));
    } catch (error) {
      if (error instanceof Died) return error;
      throw error;
    }
  }

  #diesAt(line: string): boolean {
    if (this.#options.dieAt !== 'every step' || this.#died.has(line)) return false;
    this.#died.add(line);
    return true;
  }

  #stepsOf(effect: string): TriedStep[] {
    const kept = this.#steps.all.filter((each) => each.effect === effect && each.kind === 'step');
    return kept.map(({ name, result, undoneAt }) => {
      const key = `${effect}/0/${name}`;
      const calls = this.#calls.get(key) ?? 0;
      const value = result === null ? undefined : (JSON.parse(result) as unknown);
      return { name, key, result: value, calls, isUndone: undoneAt !== null };
    });
  }
}

const ANY_DESTINATION = { kind: 'http', shops: null } as const;

async function askFake(fake: TryOptions['shopify'], { query, variables }: ShopifyQuery): Promise<string> {
  if (!fake) throw new ShopifyError('NOT_SET_UP', 'runHandler has no option `shopify`');
  const data: unknown = await fake(query, JSON.parse(variables) as Record<string, unknown>);
  return JSON.stringify(data ?? null);
}

/** The change is always the newest one when its message is made, so nothing is rebuilt. */
async function* noEvents(): AsyncGenerator<never> {
  // Nothing.
}

function keyOf({ shop, orderId }: Order): OrderKey {
  return orderKey(shop, orderId);
}
