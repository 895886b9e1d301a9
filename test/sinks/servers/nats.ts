import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { freePort } from '../../../testkit/local/ports.ts';
import { until } from '../../support/until.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';
import { ServerProcess, started } from '../../../testkit/local/server-process.ts';

const PASSWORD = 'the password of NATS';
const START_MS = 30_000;
const STREAM = 'effects';
/** Debian has it in a folder that only root has on the path. */
const BINARY = existsSync('/usr/sbin/nats-server') ? '/usr/sbin/nats-server' : 'nats-server';

/** A NATS server of Debian's package, with a stream. */
export class Nats implements OtherSide {
  readonly port: number;
  readonly credentials = PASSWORD;
  readonly #folder: string;
  #server: ServerProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.#server = this.#start();
  }

  static async open(): Promise<Nats> {
    const folder = dataFolder('lockstep-nats');
    const port = await freePort();
    const permissions = 'permissions: { publish: { deny: ["denied.>"] } }';
    const lines = [
      `listen: "127.0.0.1:${port}"`,
      `jetstream: { store_dir: "${path.join(folder, 'data')}" }`,
      `authorization: { users: [{ user: lockstep, password: "${PASSWORD}", ${permissions} }] }`,
    ];
    writeFileSync(path.join(folder, 'nats.conf'), `${lines.join('\n')}\n`);
    const nats = new Nats(folder, port);
    await started(nats, nats.#answers());
    await nats.stream(STREAM, ['effects.>']);
    return nats;
  }

  place(port: number) {
    const settings = { url: `nats://lockstep@127.0.0.1:${port}`, subject: 'effects.{type}', ca: null };
    return { kind: 'nats' as const, settings };
  }

  async arrived(order: string): Promise<Arrived[]> {
    return (await this.all()).filter((each) => each.order === order);
  }

  /** Every message of the stream. */
  async all(): Promise<(Arrived & { order: string; subject: string })[]> {
    return await this.with(async (connection) => {
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info(STREAM);
      const found = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await streams.getMessage(STREAM, { seq });
        if (!message) continue;
        const { header, subject } = message;
        const [id, order] = [header.get('Nats-Msg-Id'), header.get('Lockstep-Order')];
        found.push({ id, order, subject, text: message.string() });
      }
      return found;
    });
  }

  refused(port: number) {
    const { kind, settings } = this.place(port);
    return {
      place: { kind, settings: { ...settings, subject: 'nowhere' } },
      because: /^no stream takes this subject/,
    };
  }

  async stream(name: string, subjects: string[], more: object = {}): Promise<void> {
    await this.with(async (connection) => {
      const { streams } = await jetstreamManager(connection);
      await streams.add({
        name,
        subjects,
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        ...more,
      });
    });
  }

  async with<Result>(work: (connection: NatsConnection) => Promise<Result>): Promise<Result> {
    const connection = await connect({ servers: `127.0.0.1:${this.port}`, user: 'lockstep', pass: PASSWORD });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = this.#start();
    await this.#answers();
  }

  async remove(): Promise<void> {
    if (!this.#server.hasEnded) await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start(): ServerProcess {
    return new ServerProcess([BINARY, '-c', path.join(this.#folder, 'nats.conf')]);
  }

  async #answers(): Promise<void> {
    const answers = () =>
      this.with((connection) => jetstreamManager(connection)).then(
        () => true,
        () => this.#server.hasEnded,
      );
    await until(answers, START_MS, 'NATS');
    if (this.#server.hasEnded) throw new Error(`NATS does not start: ${this.#server.said}`);
  }
}

export const NATS: Kind = {
  open: () => Nats.open(),
  seesTwice: 1,
  hugeBytes: 1_000_000,
  tooLargeBytes: 1024 * 1024 + 1,
  hasCredentials: true,
  ifSilent: 'away',
};
