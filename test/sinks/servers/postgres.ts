import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { freePort } from '../../../testkit/local/ports.ts';
import { until } from '../../support/until.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';
import { asUser, idsOf, output, ServerProcess, started } from './process.ts';

const USER = 'lockstep';
const PASSWORD = 'the password of PostgreSQL';
const TABLE = 'lockstep_orders';
const HOME = '/usr/lib/postgresql';
const START_MS = 60_000;

/** A PostgreSQL of Debian's package. Its table records every write, so a test sees also what was replaced. */
export class Postgres implements OtherSide {
  readonly port: number;
  readonly credentials = PASSWORD;
  readonly #folder: string;
  #server: ServerProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.#server = this.#start();
  }

  static async open(): Promise<Postgres> {
    const folder = dataFolder('lockstep-postgres');
    const [data, secret] = [path.join(folder, 'data'), path.join(folder, 'password')];
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(secret, PASSWORD);
    if (process.getuid?.() === 0) {
      const { uid, gid } = idsOf('postgres');
      for (const each of [folder, data, secret]) chownSync(each, uid, gid);
    }
    const [command = '', ...args] = [...asUser('postgres'), binary('initdb')] as string[];
    output(command, [...args, '-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${secret}`, '-N']);
    const postgres = new Postgres(folder, await freePort());
    await started(postgres, postgres.#answers());
    for (const statement of RECORDING) await postgres.ask(statement);
    return postgres;
  }

  place(port: number) {
    const settings = {
      url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
      table: TABLE,
      tls: false,
      ca: null,
    };
    return { kind: 'postgres' as const, settings };
  }

  async arrived(order: string): Promise<Arrived[]> {
    return await this.ask<Arrived>(
      `select effect_id as id, data::text as text from history where order_key = $1 order by n`,
      [order],
    );
  }

  refused() {
    return { change: withNul, because: /^PostgreSQL cannot store a value of this message \(22/ };
  }

  async ask<Row>(statement: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ ...AS_OWNER, port: this.port });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(statement, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Fast: clients are disconnected. */
  stop(): Promise<void> {
    const [pid] = readFileSync(path.join(this.#folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return this.#server.stop(() => process.kill(Number(pid), 'SIGINT'));
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
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      fsync: 'off',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const data = path.join(this.#folder, 'data');
    return new ServerProcess([...asUser('postgres'), binary('postgres'), '-D', data, ...args]);
  }

  async #answers(): Promise<void> {
    const answers = () =>
      this.ask('select 1').then(
        () => true,
        () => this.#server.hasEnded,
      );
    await until(answers, START_MS, 'PostgreSQL');
    if (this.#server.hasEnded) throw new Error(`PostgreSQL does not start: ${this.#server.said}`);
  }
}

const AS_OWNER = { host: '127.0.0.1', user: USER, password: PASSWORD, database: 'postgres' };

/** Debian has the programs of each version in a folder, and not on the path. */
function binary(name: string): string {
  const versions = readdirSync(HOME).toSorted((a, b) => Number(b) - Number(a));
  return path.join(HOME, versions[0] ?? '', 'bin', name);
}

const RECORDING = [
  `create table ${TABLE} (order_key text primary key, shop text, order_id text, name text, status text,
    version bigint, sequence bigint, effect_id text, type text, occurred_at timestamptz, data jsonb,
    updated_at timestamptz, notes text)`,
  `create table history (n bigserial, order_key text, effect_id text, data jsonb)`,
  `create function record() returns trigger language plpgsql as $$ begin
    insert into history (order_key, effect_id, data) values (new.order_key, new.effect_id, new.data);
    return new; end $$`,
  `create trigger record after insert or update on ${TABLE} for each row execute function record()`,
];

/** JSON may have this character; PostgreSQL's text may not. */
function withNul<Message extends { text: string }>(message: Message): Message {
  return { ...message, text: JSON.stringify({ data: { note: 'of the customer \0' } }) };
}

export const POSTGRES: Kind = {
  open: () => Postgres.open(),
  seesTwice: 1,
  hugeBytes: 8 * 1024 * 1024,
  tooLargeBytes: 50 * 1024 * 1024 + 1,
  hasCredentials: true,
  ifSilent: 'away',
};
