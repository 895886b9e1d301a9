import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import type { HandlerStepDocument } from '../../src/persist/handler-step-schema.ts';
import { LaneQueues } from '../../src/publish/lane-queues.ts';
import type { Settings } from '../support/open-resources.ts';
import { until } from '../support/until.ts';
import { Publishing } from '../publish/publishing.ts';

/** The start of every handler's file here: `did` is the world outside, a file with a line for each call. */
const PRELUDE = `
import { appendFileSync, readFileSync } from 'node:fs';
import { handler, Undo } from 'lockstep/handlers';
const did = (what) => appendFileSync(process.env.DID_FILE, what + '\\n');
const times = (what) => readFileSync(process.env.DID_FILE, 'utf8').split('\\n').filter((each) => each === what).length;
`;

/** After so many failed attempts, two more follow. */
const LAST_ATTEMPTS = 9;

/** Publishers with handlers, whose code is in a folder. */
export class Handling {
  readonly folder: string;
  readonly publishing: Publishing;
  readonly #queues: LaneQueues;
  /** What publishers logged. */
  readonly logged: Record<string, unknown>[] = [];
  #isOver = false;
  #hastening: Promise<void> = Promise.resolve();

  private constructor(folder: string, publishing: Publishing) {
    this.folder = folder;
    this.publishing = publishing;
    const write = (line: string) => this.logged.push(JSON.parse(line) as Record<string, unknown>);
    const log = pino({ level: 'info' }, { write });
    Object.assign(publishing.inside, { log });
    const { redis, partitions } = publishing.inside;
    this.#queues = new LaneQueues(redis, partitions, log);
  }

  static async open(settings: Settings = {}): Promise<Handling> {
    const folder = mkdtempSync(path.join(tmpdir(), 'handlers-'));
    return new Handling(folder, await Publishing.open({ LOCKSTEP_HANDLERS: folder, ...settings }));
  }

  /** Writes a handler's module. @param code is put between `run: async ({ … }) => {` and `}` */
  write(name: string, code: string, more = ''): void {
    const on = more.includes(' on:') || more.startsWith('on:') ? '' : `on: 'orders/paid',`;
    const context = '{ change, order, before, step, sleepUntil, effect, shopify, signal, log }';
    const options = `name: '${name}', ${on} ${more}`;
    this.writeFile(
      `${name}.ts`,
      `export const it = handler({ ${options} run: async (${context}) => {\n${code}\n} });`,
    );
  }

  writeFile(file: string, code: string): void {
    writeFileSync(path.join(this.folder, file), PRELUDE + code);
  }

  /** Starts a publisher. @returns stops it */
  async start(): Promise<() => Promise<void>> {
    this.makeWorld();
    return await this.publishing.start();
  }

  /** Starts the file in which handlers write what they did. */
  makeWorld(): void {
    process.env.DID_FILE = path.join(this.folder, 'did.log');
    appendFileSync(process.env.DID_FILE, '');
  }

  /** What the handlers did outside, in sequence. */
  get did(): string[] {
    return readFileSync(path.join(this.folder, 'did.log'), 'utf8').split('\n').slice(0, -1);
  }

  /** The whole life of an order, in which it is paid once. */
  async live(number: number): Promise<void> {
    await this.publishing.live(number);
  }

  /** From now on, nobody waits for a schedule. @param from which attempt of it follows the first */
  hasten(from = LAST_ATTEMPTS): void {
    const { effects, destinations } = this.publishing.inside.collections;
    const step = async () => {
      const now = new Date();
      const waiting: object = { open: true, state: 'failing', dueAt: { $gt: now } };
      const found = await effects.find(waiting).lean<EffectDocument[]>();
      for (const effect of found) {
        await effects.updateOne(
          { ...waiting, _id: effect._id },
          {
            $set: { dueAt: now, failures: Math.max(effect.failures, from) },
          },
        );
        const destination = await destinations.findById(effect.destination).lean();
        if (destination) await this.#queues.wakeAgain(destination, [effect]);
      }
    };
    const loop = async () => {
      while (!this.#isOver) {
        await step();
        await sleep(50);
      }
    };
    this.#hastening = loop();
  }

  /** Waits until the only effect of a handler is in this state. */
  async ends(name: string, state: EffectDocument['state'], ms = 60_000): Promise<EffectDocument> {
    const find = () => this.publishing.effects({ destination: `handler-${name}` });
    await until(async () => (await find())[0]?.state === state, ms, `handler-${name} to be ${state}`);
    return (await find())[0]!;
  }

  async steps(): Promise<HandlerStepDocument[]> {
    return await this.publishing.inside.collections.handlerSteps
      .find()
      .sort({ effect: 1, round: 1, number: 1 })
      .lean<HandlerStepDocument[]>();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#hastening;
    await this.#queues.close();
    await this.publishing.close();
    rmSync(this.folder, { recursive: true });
  }
}
