import { startNats } from '../../testkit/local/nats.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { startPostgres } from '../../testkit/local/postgres.ts';
import { startRestate } from '../../testkit/local/restate.ts';
import { temporaryFolder } from '../../testkit/local/temporary-folder.ts';
import { NATS_SETTINGS } from '../rivals/nats.ts';
import { RESTATE_SETTINGS } from '../rivals/restate.ts';
import { WAITING_PLACES, type WaitingPlace } from '../rivals/rival.ts';

/** A server that only some contenders need. */
export interface OwnServer {
  /** Settings of the contender's programs. */
  env: NodeJS.ProcessEnv;
  close: () => Promise<void>;
}

/** @returns what the setting of {@link WAITING_PLACES} has to say */
type Start = (folder: string) => Promise<{ address: string; stop: () => Promise<void> }>;

const START: Readonly<Record<WaitingPlace, Start>> = {
  PostgreSQL: async (folder) => {
    const { url, stop } = await startPostgres(folder, 'a password');
    return { address: url, stop };
  },
  NATS: async (folder) => {
    const { port, stop } = await startNats(folder, NATS_SETTINGS);
    return { address: `nats://127.0.0.1:${port}`, stop };
  },
  Restate: async (folder) => {
    const { ingressUrl, adminUrl, stop } = await startRestate(folder, RESTATE_SETTINGS);
    const workers = `http://127.0.0.1:${await freePort()}`;
    return { address: [ingressUrl, adminUrl, workers].join(','), stop };
  },
};

/** Every race starts its own: it is empty, and takes nothing from the races of contenders without it. */
export async function startOwnServer(place: WaitingPlace): Promise<OwnServer> {
  const { folder, remove } = temporaryFolder('lockstep-race');
  try {
    const { address, stop } = await START[place](folder);
    const close = async () => {
      await stop();
      remove();
    };
    return { env: { [WAITING_PLACES[place]]: address }, close };
  } catch (error) {
    remove();
    throw error;
  }
}
