import { rmSync } from 'node:fs';
import { jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { startNats, type LocalNats } from '../../../testkit/local/nats.ts';
import { started } from '../../../testkit/local/server-process.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';

const PASSWORD = 'the password of NATS';
const STREAM = 'effects';

/** A NATS server of Debian's package, with a stream. */
export class Nats implements OtherSide {
  readonly port: number;
  readonly credentials = PASSWORD;
  readonly #folder: string;
  readonly #server: LocalNats;

  private constructor(folder: string, server: LocalNats) {
    this.#folder = folder;
    this.#server = server;
    this.port = server.port;
  }

  static async open(): Promise<Nats> {
    const folder = dataFolder('lockstep-nats');
    const permissions = 'permissions: { publish: { deny: ["denied.>"] } }';
    const users = `authorization: { users: [{ user: lockstep, password: "${PASSWORD}", ${permissions} }] }`;
    const nats = new Nats(folder, await startNats(folder, [users]));
    return await started(nats, nats.stream(STREAM, ['effects.>']));
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

  startAgain(): Promise<void> {
    return this.#server.startAgain();
  }

  async remove(): Promise<void> {
    if (!this.#server.hasEnded()) await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
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
