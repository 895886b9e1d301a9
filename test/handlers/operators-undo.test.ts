import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { effectTools } from '../../src/compose/effect-tools.ts';
import { undoEffect } from '../../src/operate/steering/effect-undo.ts';
import type { Caller } from '../../src/operate/caller.ts';
import { Handling } from './handling.ts';

const ADA = { name: 'ada', shops: null } as unknown as Caller;
const STEPS = `
  await step('one', () => 1, { compensate: (one) => did('undo one ' + one) });
  await step('two', () => 2, { compensate: (two) => did('undo two ' + two) });
  await step('three', () => 3);`;

describe('an operator asks that what a handler did is undone', () => {
  let handling: Handling;
  let tools: ReturnType<typeof effectTools>;
  beforeEach(async () => {
    handling = await Handling.open();
    tools = effectTools(handling.publishing.inside);
  });
  afterEach(async () => {
    await tools.component.stop();
    await handling.close();
  });
  const undo = (id: string) => undoEffect(id, ADA, tools.effects);

  test('after it is done: in reverse, once, also if that is asked twice', async () => {
    handling.write('order', STEPS);
    await handling.start();
    await handling.live(1);
    const { _id } = await handling.ends('order', 'done');
    const asked = await Promise.allSettled([undo(_id), undo(_id)]);
    expect(asked.map(({ status }) => status)).toContain('fulfilled');
    const { because } = await handling.ends('order', 'skipped');
    expect(because).toBe('undone: ada asked for it');
    expect(handling.did).toEqual(['undo two 2', 'undo one 1']);
    const steps = (await handling.steps()).map(({ name, undoneAt }) => [name, undoneAt !== null]);
    expect(steps).toEqual([
      ['one', true],
      ['two', true],
      ['three', false],
      ['', true],
    ]);
    await expect(undo(_id)).rejects.toThrow('only what is done, parked or failing can be undone');
  });

  test('while it fails: it is not tried again', async () => {
    handling.write('order', `${STEPS} did('fails'); throw new Error();`);
    await handling.start();
    await handling.live(1);
    const { _id } = await handling.ends('order', 'failing');
    await undo(_id);
    await handling.ends('order', 'skipped');
    expect(handling.did).toEqual(['fails', 'undo two 2', 'undo one 1']);
  });

  test('but not if nothing has a compensation, it is a message, or its code was deleted', async () => {
    handling.write('order', `await step('one', () => 1);`);
    await handling.publishing.destination('erp', { url: 'http://127.0.0.1:1/', on: ['orders/paid'] });
    await handling.start();
    await handling.live(1);
    const { _id } = await handling.ends('order', 'done');
    await expect(undo(_id)).rejects.toThrow('none of its steps says how it is undone');
    const [message] = await handling.publishing.effects({ destination: 'erp' });
    await expect(undo(message?._id ?? '')).rejects.toThrow('only what a handler did can be undone');
    await expect(undo('ef_0')).rejects.toThrow('the effect does not exist');
    await handling.publishing.inside.collections.destinations.deleteOne({ _id: 'handler-order' });
    await expect(undo(_id)).rejects.toThrow('handler-order was deleted');
  });
});
