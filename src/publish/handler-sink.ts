import type { HandlerChange, HandlerOrder, LogFields } from '../handle/handler.ts';
import type { KeptStep, NewMessage, NewStep, RunReport, RunRequest } from '../handle/protocol.ts';
import type { RunHandler } from '../handle/runner.ts';
import type { HandlerRules } from '../handle/rules.ts';
import { HANDLER_PREFIX } from '../persist/destination-schema.ts';
import {
  UNDO,
  type EffectSteps,
  type HandlerStepStore,
  type StepFields,
} from '../persist/handler-step-store.ts';
import type { HandlerStepDocument } from '../persist/handler-step-schema.ts';
import { Fault } from '../system/errors.ts';
import { valueOf, type Message } from './messages.ts';
import type { Ran } from './run-ending.ts';
import type { SettingOff } from './set-off.ts';
import type { ShopifyForHandlers } from './shopify-for-handlers.ts';
import type { Sink } from './sinks/sink.ts';

export interface HandlerSinkTools {
  rules: Pick<HandlerRules, 'name' | 'version' | 'timeoutMs' | 'echo'>;
  run: RunHandler;
  steps: HandlerStepStore;
  /** Sets off a message, durably. @throws HandlerMistake */
  setOff: (settingOff: SettingOff) => Promise<string>;
  shopify: ShopifyForHandlers;
  /** The newest state of an order, as messages show it. */
  newest: (order: string) => Promise<unknown>;
  log: (level: 'info' | 'warn' | 'error', text: string, fields: LogFields) => void;
}

/**
 * Runs a handler instead of sending a message. What has been done is in its steps, which are kept one by one: if the
 * publisher, the process of the code or the connection dies at any line, the next run continues behind the last one. A
 * step whose function ended, but was not kept, runs again with the same key.
 */
export function createHandlerSink(tools: HandlerSinkTools, close: () => Promise<void>): Sink<Ran> {
  return { send: (message, signal) => run(message, signal, tools).catch(notIfDamaged), close };
}

/** The change can be rebuilt from the journal, but the newest state, which handlers get as well, is damaged. */
function notIfDamaged(error: unknown): Ran {
  if (!(error instanceof Fault) || error.code !== 'damaged') throw error;
  return { ran: 'not', because: error.message, isParked: true };
}

async function run(message: Message, signal: AbortSignal, tools: HandlerSinkTools): Promise<Ran> {
  const change = valueOf(message) as HandlerChange;
  const effect = { _id: message.id, order: change.order.key };
  const refused = refusalOf(message, tools.rules);
  if (refused) return refused;
  const done = await tools.steps.of(message.id);
  if (done.undo?.undoneAt) return await undone(done.undo, tools.steps);
  const request = await requestOf(change, done, tools);
  let number = done.kept.length;
  const keep = (step: NewStep | StepOfUndo) => {
    const fields: StepFields = { ...step, round: done.round, number, version: tools.rules.version };
    number += 1;
    return tools.steps.keep(effect, fields);
  };
  // The message first: if the publisher dies in between, the same call sets off the same message.
  const setOff = async (asked: NewMessage) => {
    const { name } = tools.rules;
    const id = await tools.setOff({ name, change, key: request.key, message: asked });
    await keep({ name: asked.name, kind: 'effect', result: JSON.stringify(id), canUndo: false });
    return id;
  };
  const report = await tools.run(
    request,
    {
      keep,
      keepUndone: (name) => tools.steps.keepUndone(message.id, done.round, name),
      setOff,
      shopify: (asked) => {
        const { cause = null } = message;
        const { order } = effect;
        return tools.shopify({ effect: message.id, order, shop: change.shop, cause, signal }, asked);
      },
      log: (level, text, fields) =>
        tools.log(level, text, { ...fields, effect: message.id, order: effect.order }),
    },
    signal,
  );
  const keepUndo = async (because: string, isAsked: boolean) => {
    await keep({ name: UNDO, kind: 'undo', result: because, canUndo: isAsked });
  };
  return await ranOf(report, { done, effect: message.id, tools, keepUndo });
}

/** Handlers that change an order at Shopify may set off each other without an end. */
const MOST_IN_A_ROW = 5;

/** A handler does not run for its own echo, nor at the end of a long chain; an operator who replays it decides otherwise. */
function refusalOf({ cause }: Message, { name, echo }: HandlerSinkTools['rules']): Ran | null {
  if (!cause) return null;
  if (cause.destination === HANDLER_PREFIX + name && !echo)
    return { ran: 'not', because: `it made this change itself, in ${cause.effect}`, isParked: false };
  if (cause.depth <= MOST_IN_A_ROW) return null;
  const because = `${MOST_IN_A_ROW} handlers in a row changed this order; the last one in ${cause.effect}`;
  return { ran: 'not', because, isParked: true };
}

type StepOfUndo = Omit<NewStep, 'kind'> & { kind: 'undo' };

/** What had failed for good stays open: it is parked, and a replay begins with new steps. */
async function undone(
  { effect, result, canUndo }: HandlerStepDocument,
  steps: HandlerStepStore,
): Promise<Ran> {
  if (canUndo) await steps.end(effect);
  return { ran: 'undone', because: result ?? 'undone', wasAsked: canUndo };
}

async function requestOf(
  change: HandlerChange,
  { round, kept, undo }: EffectSteps,
  { rules, newest }: HandlerSinkTools,
): Promise<RunRequest> {
  return {
    key: `${change.id}/${round}`,
    version: rules.version,
    change,
    order: (await newest(change.order.key)) as HandlerOrder | null,
    kept: kept.map(({ name, kind, result, canUndo, undoneAt, version }): KeptStep => ({
      name,
      kind: kind === 'undo' ? 'step' : kind,
      result,
      canUndo,
      isUndone: undoneAt !== null,
      version,
    })),
    undoes: undo !== null,
    timeoutMs: rules.timeoutMs,
  };
}

interface Ended {
  done: EffectSteps;
  effect: string;
  tools: HandlerSinkTools;
  keepUndo: (because: string, isAsked: boolean) => Promise<void>;
}

/** Decisions are kept before the effect's state, so a publisher that dies in between repeats nothing. */
async function ranOf(report: RunReport, { done, effect, tools, keepUndo }: Ended): Promise<Ran> {
  const { steps } = tools;
  switch (report.outcome) {
    case 'asleep':
      return { ran: 'asleep', until: new Date(report.until) };
    case 'done': {
      // An operator may have asked for that while it ran.
      const { undo } = await steps.of(effect);
      if (undo) return { ran: 'undo', because: `to be undone: ${undo.result}` };
      await steps.end(effect);
      return { ran: 'to its end', because: unreachedText(report.unreached) };
    }
    case 'undo':
      await keepUndo(`undone: ${report.because}`, true);
      return { ran: 'undo', because: `to be undone: ${report.because}` };
    case 'undone':
      await steps.keepUndone(effect, done.round, UNDO);
      if (!done.undo) throw new Error('undone without a decision');
      return await undone(done.undo, steps);
    case 'failed': {
      const because = [report.because, unreachedText(report.unreached)].filter(Boolean).join('; ');
      return { ran: 'failed', because, forGood: () => undoIfAny(because, effect, done, steps, keepUndo) };
    }
  }
}

/** @returns false: there is nothing to undo, or undoing itself has failed */
async function undoIfAny(
  because: string,
  effect: string,
  { undo }: EffectSteps,
  steps: HandlerStepStore,
  keepUndo: Ended['keepUndo'],
): Promise<boolean> {
  if (undo !== null) return false;
  const { kept } = await steps.of(effect);
  if (!kept.some(({ canUndo }) => canUndo)) return false;
  await keepUndo(`${because}; its steps were undone`, false);
  return true;
}

function unreachedText(unreached: readonly string[]): string | null {
  return unreached.length === 0
    ? null
    : `steps that ran before, but are not in this run: ${unreached.join(', ')}`;
}
