import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { until } from '../../support/until.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';
import { ServerProcess, started } from '../../../testkit/local/server-process.ts';

const START_MS = 30_000;
/** Answers to records of these topics are changed to these errors: the mock has none of its own. */
const ERRORS: Readonly<Record<string, number>> = {
  refused: 87,
  'too-large': 10,
  'few-replicas': 19,
  'few-stored': 20,
  'no-permission': 29,
  unheard: -1,
};
const HOST = Buffer.from('127.0.0.1');

/**
 * The mock broker of librdkafka, which Debian's kcat starts. It listens on a port of its own choice and names that to
 * clients, so tests reach it through a door with a port that stays, which writes the port of the test's link instead.
 * A mock that is started again is empty.
 */
export class Kafka implements OtherSide {
  readonly credentials = null;
  readonly #door: Server;
  readonly #sockets = new Set<Socket>();
  /** What clients are told. */
  #named = 0;
  #mock: ServerProcess;
  #mockPort = 0;
  /** Chunks that clients sent. */
  #passed = 0;
  #read: { of: string; records: Stored[] } | null = null;

  private constructor(door: Server) {
    this.#door = door;
    door.on('connection', (client) => this.#join(client));
    this.#mock = this.#start();
  }

  static async open(): Promise<Kafka> {
    const door = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(door, 'listening');
    const kafka = new Kafka(door);
    return await started(kafka, kafka.#answers());
  }

  get port(): number {
    return (this.#door.address() as AddressInfo).port;
  }

  place(port: number) {
    this.#named = port;
    const settings = {
      brokers: [`127.0.0.1:${port}`],
      topic: 'effects',
      user: null,
      mechanism: 'plain' as const,
      tls: false,
      ca: null,
    };
    return { kind: 'kafka' as const, settings };
  }

  async arrived(order: string): Promise<Arrived[]> {
    const found = (await this.records('effects')).filter(({ key }) => key === order);
    return found.map(({ headers, text }) => ({ id: headers['id'] ?? '', text }));
  }

  /** Every record of a topic. It is read again only if something passed the door meanwhile. */
  async records(topic: string): Promise<Stored[]> {
    const of = `${topic} ${this.#passed}`;
    if (this.#read?.of !== of) this.#read = { of, records: await this.#consumed(topic) };
    return this.#read.records;
  }

  async #consumed(topic: string): Promise<Stored[]> {
    const args = [
      '-b',
      `127.0.0.1:${this.#mockPort}`,
      '-C',
      '-t',
      topic,
      '-o',
      'beginning',
      '-e',
      '-q',
      '-J',
    ];
    const fast = ['-X', 'fetch.wait.max.ms=10', '-X', 'fetch.message.max.bytes=60000000'];
    const { stdout } = await run('kcat', [...args, ...fast], { maxBuffer: 2 ** 28 });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as Consumed)
      .map(({ key, payload: text, partition, headers = [] }) => ({
        key,
        partition,
        text,
        headers: Object.fromEntries(pairsOf(headers)),
      }));
  }

  refused(port: number) {
    const { kind, settings } = this.place(port);
    return { place: { kind, settings: { ...settings, topic: 'refused' } }, because: /^a rule of the topic/ };
  }

  async stop(): Promise<void> {
    await this.#mock.stop();
    for (const socket of this.#sockets) socket.destroy();
  }

  async startAgain(): Promise<void> {
    this.#mock = this.#start();
    await this.#answers();
  }

  async remove(): Promise<void> {
    if (!this.#mock.hasEnded) await this.stop();
    this.#door.close();
  }

  /** A consumer that waits at the end of a topic, and has the mock beside it. */
  #start(): ServerProcess {
    this.#mockPort = 0;
    const mock = ['-X', 'test.mock.num.brokers=1'];
    return new ServerProcess(['kcat', '-b', '127.0.0.1:1', '-C', '-t', 'none', '-o', 'end', ...mock]);
  }

  async #answers(): Promise<void> {
    const port = () => /replaced with 127\.0\.0\.1:(\d+)/.exec(this.#mock.first)?.[1];
    await until(() => port() !== undefined || this.#mock.hasEnded, START_MS, 'kcat');
    if (this.#mock.hasEnded) throw new Error(`kcat does not start: ${this.#mock.said}`);
    this.#mockPort = Number(port());
  }

  #join(client: Socket): void {
    if (this.#mock.hasEnded) return void client.resetAndDestroy();
    const broker = connect({ port: this.#mockPort, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', () => (this.#passed += 1)).pipe(broker);
    broker.on('data', (chunk: Buffer) => client.write(this.#changed(chunk)));
  }

  #changed(chunk: Buffer): Buffer {
    const at = chunk.indexOf(HOST);
    if (at >= 0 && chunk.readInt32BE(at + HOST.length) === this.#mockPort)
      chunk.writeInt32BE(this.#named, at + HOST.length);
    for (const [topic, code] of Object.entries(ERRORS)) writeError(chunk, topic, code);
    return chunk;
  }
}

const run = promisify(execFile);

interface Stored {
  key: string;
  partition: number;
  text: string;
  headers: Record<string, string>;
}

/** As kcat prints it. */
interface Consumed {
  key: string;
  payload: string;
  partition: number;
  headers?: string[];
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as [string, string]] : []));
}

/** An answer to a record: the topic, 1 partition, its number, the code of the error. */
function writeError(chunk: Buffer, topic: string, code: number): void {
  const name = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic)]);
  const at = chunk.indexOf(name);
  const after = at + name.length;
  if (at < 0 || chunk.length < after + 10 || chunk.readInt32BE(after) !== 1) return;
  chunk.writeInt16BE(code, after + 8);
}

export const KAFKA: Kind = {
  open: () => Kafka.open(),
  seesTwice: 2,
  hugeBytes: 900_000,
  tooLargeBytes: 50 * 1024 * 1024 + 1,
  hasCredentials: false,
  ifSilent: 'away',
};
