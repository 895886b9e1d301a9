import { randomUUID } from 'node:crypto';
import type { LoadedHandler, NotLoaded } from '../handle/load.ts';
import { createRunner } from '../handle/runner.ts';
import { HANDLER_PREFIX, type DestinationDocument } from '../persist/destination-schema.ts';
import type { DestinationFields, DestinationStore } from '../persist/destination-store.ts';
import type { HandlerStepStore } from '../persist/handler-step-store.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { ALERT_AFTER_MS } from '../system/states.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { createHandlerSink, type HandlerSinkTools } from './handler-sink.ts';
import type { Ran } from './run-ending.ts';
import type { ShopifyForHandlers } from './shopify-for-handlers.ts';
import type { SignWriter } from './sign-writer.ts';
import type { Sink } from './sinks/sink.ts';

/** How often a publisher says that it has the code: the API refuses to delete a handler that was seen recently. */
const EVERY_MS = 5000;

interface HandlersTools {
  /** Null: there are none. */
  load: (() => Promise<{ handlers: LoadedHandler[]; problems: NotLoaded[] }>) | null;
  destinations: Pick<DestinationStore, 'one' | 'put' | 'seen'>;
  steps: HandlerStepStore;
  newest: HandlerSinkTools['newest'];
  setOff: HandlerSinkTools['setOff'];
  shopify: ShopifyForHandlers;
  signs: Pick<SignWriter, 'cannotOpen'>;
  log: Logger;
  now: () => number;
}

/** The handlers of this deployment, each with its destination. */
export interface Handlers {
  component: Pick<Repeating, 'name' | 'stop'> & { start: () => Promise<void> };
  /** Whether this publisher may send to a destination: a handler runs only where exactly its version is. */
  isOurs: (destination: DestinationDocument) => boolean;
  /** Null: it is not a handler. */
  sinkOf: (destination: DestinationDocument) => Sink<Ran> | null;
}

/**
 * Loads handlers at start, and gives each a destination. If deployments have different code of one name, the newest
 * version runs: a publisher with an older one leaves its lanes alone.
 */
export function createHandlers(tools: HandlersTools): Handlers {
  const { log } = tools;
  const loaded = new Map<string, LoadedHandler>();
  const registered = new Set<string>();
  /** Each is logged once. */
  const logged = new Set<string>();
  const once = (because: string, name: string) => {
    if (logged.has(`${name} ${because}`)) return;
    logged.add(`${name} ${because}`);
    log.error({ destination: name, because }, 'this publisher does not run a handler');
  };
  const register = async ([name, handler]: [string, LoadedHandler]) => {
    const known = await tools.destinations.one(name);
    const refused = refusalOf(known, handler);
    if (refused !== null) return once(refused, name);
    const { version } = handler.rules;
    if (known && registered.has(name)) return await tools.destinations.seen(name, version);
    if (!(await putHandler(name, handler, known, tools))) return;
    registered.add(name);
    log.info({ destination: name, version, file: handler.file }, 'a handler is ready');
  };
  const timer = repeating(
    'handlers',
    EVERY_MS,
    async () => {
      for (const each of loaded) await register(each);
    },
    (error) => log.debug({ because: messageOf(error) }, 'could not register handlers; trying again'),
  );
  return {
    component: {
      name: timer.name,
      start: async () => {
        const { handlers, problems } = (await tools.load?.()) ?? { handlers: [], problems: [] };
        for (const problem of problems) {
          log.error(problem, 'handlers cannot be used');
          tools.signs.cannotOpen(problem.file, problem.because);
        }
        for (const each of handlers) loaded.set(HANDLER_PREFIX + each.rules.name, each);
        if (loaded.size === 0) return;
        timer.start();
        await timer.once();
      },
      stop: () => timer.stop(),
    },
    isOurs: ({ _id, kind, handler }) =>
      kind !== 'handler' || handler?.version === loaded.get(_id)?.rules.version,
    sinkOf: ({ _id, kind }) => {
      const handler = kind === 'handler' ? loaded.get(_id) : undefined;
      return handler ? sinkOf(handler, tools) : null;
    },
  };
}

/** @returns false: it was added, changed or deleted meanwhile */
async function putHandler(
  name: string,
  handler: LoadedHandler,
  known: DestinationDocument | null,
  { destinations, now }: HandlersTools,
): Promise<boolean> {
  const { version } = handler.rules;
  const fields = fieldsOf(handler);
  // The same again changes nothing: a new revision would restart the workers of all publishers.
  if (known?.handler?.version === version && isSame(known, fields)) {
    await destinations.seen(name, version);
    return true;
  }
  const more = { handler: { version, seenAt: new Date(now()) } };
  return (await destinations.put(name, fields, known?.revision ?? null, randomUUID(), more)) !== null;
}

function sinkOf({ rules, ...place }: LoadedHandler, { log, ...tools }: HandlersTools): Sink<Ran> {
  const runner = createRunner(place);
  return createHandlerSink(
    {
      ...tools,
      rules,
      run: runner.run,
      log: (level, text, fields) => log[level]({ ...fields, handler: rules.name }, text),
    },
    runner.close,
  );
}

/** Why this publisher does not run a handler; null: it does. */
function refusalOf(known: DestinationDocument | null, { rules }: LoadedHandler): string | null {
  if (!known) return null;
  if (known.kind !== 'handler') return `its name is taken by a destination of the kind ${known.kind}`;
  const newest = known.handler?.version ?? 0;
  return newest > rules.version
    ? `version ${newest} is deployed, and this is version ${rules.version}`
    : null;
}

function fieldsOf({ rules }: LoadedHandler): DestinationFields {
  const { on, shops, priority, concurrency, rate, timeoutMs } = rules;
  return {
    kind: 'handler',
    url: null,
    probeUrl: null,
    allowPrivate: false,
    filter: null,
    transform: null,
    inDoubt: 'repeat',
    secrets: [],
    settings: null,
    credentials: null,
    on,
    shops,
    priority,
    concurrency,
    rate,
    timeoutMs,
    alertAfterMs: ALERT_AFTER_MS,
  };
}

function isSame(known: DestinationDocument, fields: DestinationFields): boolean {
  const of = (from: DestinationFields) =>
    JSON.stringify(Object.keys(fields).map((name) => from[name as keyof DestinationFields]));
  return of(known) === of(fields);
}
