import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Connection } from 'rabbitmq-client';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { freePort } from '../../../testkit/local/ports.ts';
import { until } from '../../support/until.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';
import { ServerProcess, started } from '../../../testkit/local/server-process.ts';

/** Debian's scripts on the path change to the user rabbitmq; this one does not. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const PASSWORD = 'the password of RabbitMQ';
const MOST_BYTES = 4 * 1024 * 1024;
const START_MS = 60_000;

/** A RabbitMQ of Debian's package, with an exchange whose messages all get into one queue. */
export class Rabbitmq implements OtherSide {
  readonly port: number;
  readonly credentials = PASSWORD;
  readonly #folder: string;
  readonly #ports: { epmd: number; nodes: number };
  #epmd: ServerProcess;
  #server: ServerProcess;
  readonly #arrived: (Arrived & { order: string })[] = [];
  #consuming: Connection | null = null;

  private constructor(folder: string, ports: { own: number; epmd: number; nodes: number }) {
    this.#folder = folder;
    this.port = ports.own;
    this.#ports = ports;
    this.#epmd = this.#startEpmd();
    this.#server = this.#start();
  }

  static async open(): Promise<Rabbitmq> {
    const folder = dataFolder('lockstep-rabbitmq');
    for (const name of ['data', 'logs']) mkdirSync(path.join(folder, name));
    const ports = { own: await freePort(), epmd: await freePort(), nodes: await freePort() };
    const lines = [
      `listeners.tcp.1 = 127.0.0.1:${ports.own}`,
      'default_user = lockstep',
      `default_pass = ${PASSWORD}`,
      `max_message_size = ${MOST_BYTES}`,
      'log.console = true',
    ];
    writeFileSync(path.join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    writeFileSync(path.join(folder, 'plugins'), '[].\n');
    const rabbitmq = new Rabbitmq(folder, ports);
    return await started(rabbitmq, rabbitmq.#answers());
  }

  place(port: number) {
    const url = `amqp://lockstep@127.0.0.1:${port}/`;
    return {
      kind: 'rabbitmq' as const,
      settings: { url, exchange: 'effects', routingKey: '{type}', ca: null },
    };
  }

  async arrived(order: string): Promise<Arrived[]> {
    await this.#consumeAll();
    return this.#arrived.filter((each) => each.order === order);
  }

  refused(port: number) {
    const { kind, settings } = this.place(port);
    return { place: { kind, settings: { ...settings, exchange: 'unbound' } }, because: /^no queue takes it/ };
  }

  async with<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = this.#connection();
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  async stop(): Promise<void> {
    await this.#stopConsuming();
    if (!this.#server.hasEnded) await this.#server.stop();
    if (!this.#epmd.hasEnded) await this.#epmd.stop();
  }

  async startAgain(): Promise<void> {
    this.#epmd = this.#startEpmd();
    this.#server = this.#start();
    await this.#answers();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Reads the queue until it is empty. */
  async #consumeAll(): Promise<void> {
    const connection = (this.#consuming ??= this.#connection());
    for (;;) {
      const message = await connection.basicGet({ queue: 'effects', noAck: true });
      if (!message) return;
      const { messageId: id = '', headers, body } = message;
      const { order } = headers as { order: string };
      this.#arrived.push({ id, order, text: JSON.stringify(body) });
    }
  }

  async #stopConsuming(): Promise<void> {
    await this.#consuming?.close();
    this.#consuming = null;
  }

  #connection(): Connection {
    const to = { hostname: '127.0.0.1', port: this.port, username: 'lockstep', password: PASSWORD };
    const connection = new Connection({ ...to, retryLow: 200, retryHigh: 200 });
    connection.on('error', () => undefined);
    return connection;
  }

  /** Erlang would start it in the background, where it outlives the test. */
  #startEpmd(): ServerProcess {
    return new ServerProcess(['epmd', '-address', '127.0.0.1', '-port', String(this.#ports.epmd)]);
  }

  #start(): ServerProcess {
    const inFolder = (name: string) => path.join(this.#folder, name);
    return new ServerProcess([SERVER], {
      HOME: this.#folder,
      RABBITMQ_NODENAME: `lockstep${this.port}@localhost`,
      RABBITMQ_DIST_PORT: String(this.#ports.nodes),
      ERL_EPMD_PORT: String(this.#ports.epmd),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: inFolder('logs'),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: inFolder('none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins'),
      // The process that gets the signals is then the server itself, not a shell before it.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput',
    });
  }

  async #answers(): Promise<void> {
    const ready = this.with(async (connection) => {
      await connection.onConnect(START_MS);
      await connection.exchangeDeclare({ exchange: 'effects', type: 'topic', durable: true });
      await connection.exchangeDeclare({ exchange: 'unbound', type: 'topic', durable: true });
      await connection.queueDeclare({ queue: 'effects', durable: true });
      await connection.queueBind({ exchange: 'effects', queue: 'effects', routingKey: 'orders.*' });
    });
    const ended = until(() => this.#server.hasEnded, START_MS).then(() => {
      throw new Error(`RabbitMQ does not start: ${this.#server.said}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }
}

export const RABBITMQ: Kind = {
  open: () => Rabbitmq.open(),
  seesTwice: 2,
  hugeBytes: 3 * 1024 * 1024,
  tooLargeBytes: MOST_BYTES + 1,
  hasCredentials: true,
  ifSilent: 'away',
};
