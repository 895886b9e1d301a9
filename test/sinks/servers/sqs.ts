import { rmSync } from 'node:fs';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { dataFolder } from '../../../testkit/local/data-folder.ts';
import { freePort } from '../../../testkit/local/ports.ts';
import type { Message } from '../../../src/publish/messages.ts';
import type { Arrived, Kind, OtherSide } from './other-side.ts';

const QUEUE = 'effects.fifo';
const FIFO = { FifoQueue: 'true' };

/** fauxqs, which speaks the protocol of SQS. It accepts all credentials. */
export class Sqs implements OtherSide {
  readonly port: number;
  readonly credentials = 'the secret access key';
  readonly #folder: string;
  #server: FauxqsServer;

  private constructor(folder: string, port: number, server: FauxqsServer) {
    this.#folder = folder;
    this.port = port;
    this.#server = server;
  }

  static async open(): Promise<Sqs> {
    const [folder, port] = [dataFolder('lockstep-sqs'), await freePort()];
    const sqs = new Sqs(folder, port, await serverAt(folder, port));
    sqs.queue(QUEUE);
    return sqs;
  }

  queue(name: string, attributes: Record<string, string> = {}): void {
    this.#server.createQueue(name, { region: REGION, attributes: { ...FIFO, ...attributes } });
  }

  place(port: number) {
    const settings = {
      url: `http://127.0.0.1:${port}/000000000000/${QUEUE}`,
      region: REGION,
      accessKeyId: 'AKIATEST',
      ca: null,
    };
    return { kind: 'sqs' as const, settings };
  }

  arrived(order: string): Promise<Arrived[]> {
    const found = this.all(QUEUE).filter(({ attributes }) => attributes['order'] === order);
    return Promise.resolve(found);
  }

  /** Every message of a queue. */
  all(queue: string) {
    const { ready = [] } = this.#server.inspectQueue(queue)?.messages ?? {};
    return ready.map(({ body, messageGroupId, messageDeduplicationId, messageAttributes }) => ({
      id: messageDeduplicationId ?? '',
      group: messageGroupId ?? '',
      text: body,
      attributes: Object.fromEntries(
        Object.entries(messageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']),
      ),
    }));
  }

  refused() {
    return { change: withNoncharacter, because: /^the message has characters/ };
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = await serverAt(this.#folder, this.port);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const REGION = 'eu-central-1';

function serverAt(dataDir: string, port: number): Promise<FauxqsServer> {
  return startFauxqs({ port, host: '127.0.0.1', logger: false, dataDir });
}

/** JSON may have this character; SQS stores only those of XML. */
function withNoncharacter(message: Message): Message {
  return { ...message, text: JSON.stringify({ data: { note: 'of the customer \uFFFF' } }) };
}

export const SQS: Kind = {
  open: () => Sqs.open(),
  seesTwice: 1,
  hugeBytes: 1_000_000,
  tooLargeBytes: 1024 * 1024 + 1,
  hasCredentials: false,
  ifSilent: 'unknown',
};
