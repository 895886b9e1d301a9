import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRunner, type Runner } from '../../src/handle/runner.ts';
import { createHandlerStepStore, type HandlerStepStore } from '../../src/persist/handler-step-store.ts';
import { createHandlerSink } from '../../src/publish/handler-sink.ts';
import type { Ran } from '../../src/publish/run-ending.ts';
import { messageOf } from '../publish/publishing.ts';
import { Handling } from './handling.ts';

/** `die` kills the process of the code, once at each of its lines. */
const DYING = `
const die = (line) => {
  if (times('died at ' + line) > 0) return;
  did('died at ' + line);
  process.kill(process.pid, 'SIGKILL');
};`;

describe('a step runs once', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
  });
  afterEach(() => handling.close());

  test("however often the code's process dies: only a step that had not ended runs again, with its key", async () => {
    handling.writeFile(
      'order.ts',
      `${DYING}
       export const order = handler({ name: 'order', on: 'orders/paid', run: async ({ step }) => {
         die(1);
         const one = await step('one', ({ key }) => { die(2); did('one ' + key); die(3); return 1; });
         die(4);
         const [two, three] = await Promise.all([
           step('two', ({ key }) => { die(5); did('two ' + key); return one + 1; }),
           step('three', ({ key }) => { did('three ' + key); return one + 2; }),
         ]);
         die(6);
         did(\`end \${one} \${two} \${three}\`);
         die(7);
       } });`,
    );
    handling.hasten(0);
    await handling.start();
    await handling.live(1);
    const { _id, attempts } = await handling.ends('order', 'done');
    expect(attempts).toBe(8);
    const key = `${_id}/0/`;
    expect(handling.did.filter((each) => !each.startsWith('died at') && !each.startsWith('three'))).toEqual([
      `one ${key}one`,
      `one ${key}one`,
      `two ${key}two`,
      'end 1 2 3',
      'end 1 2 3',
    ]);
    const three = handling.did.filter((each) => each.startsWith('three'));
    expect(new Set(three)).toEqual(new Set([`three ${key}three`]));
  });

  test('however often the publisher dies, before and after each of its writes, also while it undoes', async () => {
    handling.write(
      'order',
      `await step('one', ({ key }) => did('one ' + key), { compensate: (_, { key }) => did('undo ' + key) });
       await step('two', ({ key }) => did('two ' + key), { compensate: (_, { key }) => did('undo ' + key) });
       await sleepUntil(new Date(0));
       throw new Undo('enough');`,
    );
    const runner = createRunner({ file: `${handling.folder}/order.ts`, exported: 'it' });
    handling.makeWorld();
    const world = new World(runner, createHandlerStepStore(handling.publishing.inside.collections, Date.now));
    try {
      const ends = await world.runUntilUndone();
      expect(ends.map(({ ran }) => ran)).toEqual(['undone']);
    } finally {
      await runner.close();
    }
    // Every write of both runs, before and after.
    expect(world.deaths).toBe(2 * 8);
    const calls = (what: string) => handling.did.filter((each) => each === what).length;
    // A step runs again only if the publisher died between its end and the write.
    expect([calls('one ef/0/one'), calls('two ef/0/two')]).toEqual([2, 2]);
    expect([calls('undo ef/0/two/undo'), calls('undo ef/0/one/undo')]).toEqual([2, 2]);
    expect(handling.did).toHaveLength(8);
    expect(handling.did.findLastIndex((each) => each.startsWith('undo ef/0/two'))).toBeLessThan(
      handling.did.findIndex((each) => each.startsWith('undo ef/0/one')),
    );
  });
});

class Died extends Error {}

/** A publisher that dies, once, before and after each write of a step. */
class World {
  deaths = 0;
  readonly #died = new Set<string>();
  readonly #sink: ReturnType<typeof createHandlerSink>;

  constructor(runner: Runner, real: HandlerStepStore) {
    const steps: HandlerStepStore = {
      ...real,
      keep: (effect, step) => this.#around(`keep ${step.name}`, () => real.keep(effect, step)),
      keepUndone: (...of) => this.#around(`undone ${of[2]}`, () => real.keepUndone(...of)),
      end: (effect) => this.#around('end', () => real.end(effect)),
    };
    this.#sink = createHandlerSink(
      {
        rules: { name: 'order', version: 1, timeoutMs: 10_000, echo: false },
        run: runner.run,
        steps,
        newest: () => Promise.resolve(null),
        setOff: () => Promise.reject(new Error('not used')),
        shopify: () => Promise.reject(new Error('not used')),
        log: () => undefined,
      },
      runner.close,
    );
  }

  async #around<Value>(write: string, run: () => Promise<Value>): Promise<Value> {
    this.#die(`before ${write}`);
    const value = await run();
    this.#die(`after ${write}`);
    return value;
  }

  #die(line: string): void {
    if (this.#died.has(line)) return;
    this.#died.add(line);
    this.deaths += 1;
    throw new Died(line);
  }

  async runUntilUndone(): Promise<Ran[]> {
    const ends: Ran[] = [];
    const text = JSON.stringify({ id: 'ef', order: { key: 'example.myshopify.com/1' }, before: null });
    while (ends.at(-1)?.ran !== 'undone') {
      try {
        ends.push(await this.#sink.send({ ...messageOf(text), id: 'ef' }, new AbortController().signal));
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
    }
    return ends;
  }
}
