import { settingsOf, type ServerUrls } from '../../testkit/local/lockstep.ts';
import { startOnFreePort, type Started } from '../../testkit/local/programs.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { SentLog } from '../../testkit/proof/sent-log.ts';
import type { Role } from '../rivals/rivals.ts';
import type { Sale } from '../sale/plan.ts';
import { newSending } from '../sale/run-sale.ts';
import { sendAll, type Sending } from '../sale/send.ts';
import type { Contender } from './contenders.ts';
import { startOwnServer, type OwnServer } from './own-servers.ts';
import { emptied, type Place } from './place.ts';

/** A contender whose programs run. */
export interface Running {
  place: Place;
  workers: readonly Started[];
  /** Of all its programs. */
  pids: readonly number[];
  /** Everything that was sent. */
  log: SentLog;
  send: (sale: Sale) => Promise<Sending>;
}

const CONNECTIONS = 50;

/** Starts a contender on emptied servers, and with a server of its own if it needs one; stops it afterwards. */
export async function withContender<Result>(
  contender: Contender,
  servers: ServerUrls,
  workers: number,
  run: (running: Running) => Promise<Result>,
): Promise<Result> {
  const place = await emptied(servers);
  const started: Started[] = [];
  let own: OwnServer | undefined;
  try {
    own = contender.waitsIn && (await startOwnServer(contender.waitsIn));
    const start = async (role: Role) => {
      const one = await startOne(contender, role, { ...settingsOf(place.servers), ...own?.env });
      started.push(one);
      return one;
    };
    const { url } = await start('ingest');
    const working = await Promise.all(Array.from({ length: workers }, () => start('worker')));
    const options = { url, secret: SECRET, connections: CONNECTIONS, rate: null };
    const log = new SentLog();
    return await run({
      place,
      workers: working,
      pids: started.flatMap(({ program }) => program.child.pid ?? []),
      log,
      send: async ({ deliveries }) => {
        const sending = { ...newSending(options), log };
        await sendAll(deliveries, options, sending);
        return sending;
      },
    });
  } finally {
    await Promise.all(started.map(({ program }) => program.stop()));
    await Promise.all([place.close(), own?.close()]);
  }
}

async function startOne(contender: Contender, role: Role, settings: NodeJS.ProcessEnv): Promise<Started> {
  const env = { ...process.env, ...settings };
  const setting = role === 'ingest' ? 'PORT' : 'ADMIN_PORT';
  return await startOnFreePort((port) => contender.start(role, { ...env, [setting]: port }));
}
