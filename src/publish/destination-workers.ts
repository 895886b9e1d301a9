import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { DestinationStore } from '../persist/destination-store.ts';
import type { Cipher } from '../system/cipher.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { repeating } from '../system/repeating.ts';
import { DestinationWorker, type WorkerTools } from './destination-worker.ts';
import type { Handlers } from './handlers.ts';
import { isSending } from './is-sending.ts';
import { openSecrets } from './secrets.ts';
import type { SignWriter } from './sign-writer.ts';
import { openSink } from './sinks/open-sink.ts';

/** How soon a change of a destination takes effect. */
const EVERY_MS = 1000;

interface Tools extends WorkerTools {
  destinations: Pick<DestinationStore, 'all' | 'pause'>;
  cipher: Cipher | null;
  handlers: Pick<Handlers, 'isOurs' | 'sinkOf'>;
  signs: SignWriter;
  log: Logger;
}

/** One that was deleted and made again has the same revisions. */
function versionOf({ uid, revision }: DestinationDocument): string {
  return `${uid} ${revision}`;
}

/**
 * A worker for every active destination of this publisher, while none of the destination's pause windows is open. A
 * changed destination gets a new one. Nothing is remembered of a window: a publisher that starts within one waits, too.
 */
export function destinationWorkers(tools: Tools): Component {
  const workers = new Map<string, DestinationWorker>();
  /** Those that cannot be opened, as they are: it is logged once. */
  const broken = new Map<string, string>();

  const open = async (destination: DestinationDocument) => {
    const { _id, revision } = destination;
    if (broken.get(_id) === versionOf(destination)) return;
    try {
      const sink =
        tools.handlers.sinkOf(destination) ??
        (await openSink(destination, openSecrets(destination, tools.cipher)));
      const worker = new DestinationWorker(destination, sink, tools);
      workers.set(_id, worker);
      await worker.start();
      tools.log.info({ destination: _id, revision }, 'sending');
    } catch (error) {
      broken.set(_id, versionOf(destination));
      tools.signs.cannotOpen(_id, messageOf(error));
      tools.log.error({ destination: _id, because: messageOf(error) }, 'a destination cannot be opened');
    }
  };
  const close = async (name: string) => {
    const worker = workers.get(name);
    workers.delete(name);
    await worker?.stop();
  };
  const refresh = async () => {
    const active = (await tools.destinations.all()).filter(
      (each) => isSending(each, tools.now()) && tools.handlers.isOurs(each),
    );
    const wanted = new Map(active.map((each) => [each._id, versionOf(each)]));
    const outdated = [...workers].filter(
      ([name, { destination, isHeld }]) => isHeld || wanted.get(name) !== versionOf(destination),
    );
    await Promise.all(outdated.map(([name]) => close(name)));
    for (const [name, version] of broken)
      if (wanted.get(name) !== version) {
        broken.delete(name);
        tools.signs.canOpen(name);
      }
    await Promise.all(active.filter(({ _id }) => !workers.has(_id)).map(open));
  };
  const timer = repeating('destinations', EVERY_MS, refresh, (error) =>
    tools.log.debug({ because: messageOf(error) }, 'could not read destinations; trying again'),
  );
  return {
    ...timer,
    start: async () => {
      timer.start();
      await timer.once();
    },
    stop: async () => {
      await timer.stop();
      await Promise.all([...workers.keys()].map(close));
    },
  };
}
