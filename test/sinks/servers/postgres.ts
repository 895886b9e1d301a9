import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { startPostgres, type LocalPostgres } from '../../../testkit/local/postgres.ts';
import { started } from '../../../testkit/local/server-process.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';

const PASSWORD = 'the password of PostgreSQL';
const TABLE = 'lockstep_orders';

/** A PostgreSQL of Debian's package. Its table records every write, so a test sees also what was replaced. */
export class Postgres implements OtherSide {
  readonly port: number;
  readonly credentials = PASSWORD;
  readonly #folder: string;
  readonly #server: LocalPostgres;

  private constructor(folder: string, server: LocalPostgres) {
    this.#folder = folder;
    this.#server = server;
    this.port = server.port;
  }

  static async open(): Promise<Postgres> {
    const folder = dataFolder('lockstep-postgres');
    const postgres = new Postgres(folder, await startPostgres(folder, PASSWORD, { fsync: 'off' }));
    const prepare = async () => {
      for (const statement of RECORDING) await postgres.ask(statement);
    };
    return await started(postgres, prepare());
  }

  place(port: number) {
    const settings = {
      url: `postgres://${this.#server.user}@127.0.0.1:${port}/postgres`,
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
    const client = new Client(this.#server.url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(statement, values)).rows as Row[];
    } finally {
      await client.end();
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
