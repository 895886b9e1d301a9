import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HandlerStepDocument } from '../../src/persist/handler-step-schema.ts';
import { ServedOps } from '../ops/served-ops.ts';
import { effectId, storedEffect, storeEffects } from './stored-effects.ts';

const AT = new Date('2026-11-20T10:00:00.000Z');
const LATER = new Date('2036-11-20T10:00:00.000Z');
const SECRET = 'Ada Example';

function stored(effect: string, number: number, given: Partial<HandlerStepDocument>): HandlerStepDocument {
  const { round = 0, name = '' } = given;
  return {
    _id: `${effect}/${round}/${name}`,
    effect,
    order: 'example.myshopify.com/5820001001000',
    round,
    name,
    kind: 'step',
    number,
    result: JSON.stringify(SECRET),
    canUndo: false,
    undoneAt: null,
    version: 1,
    keptAt: AT,
    endedAt: null,
    ...given,
  };
}

describe('effects of handlers', () => {
  let ops: ServedOps;
  beforeAll(async () => {
    ops = await ServedOps.start();
    const [done, begun] = [effectId(1), effectId(2)];
    const { collections } = ops.dashboard;
    await storeEffects(collections, [
      storedEffect(1, { destination: 'handler-ship-order', state: 'sleeping', attempts: 3, dueAt: LATER }),
      storedEffect(2, { destination: 'handler-ship-order', state: 'failing', lastError: 'it threw' }),
      storedEffect(3),
    ]);
    await collections.handlerSteps.insertMany([
      stored(done, 0, { round: 1, name: 'reserve' }),
      stored(done, 1, { round: 1, name: 'sleep 1', kind: 'sleep', result: String(LATER.getTime()) }),
      stored(done, 0, { name: 'reserve', canUndo: true, undoneAt: AT }),
      stored(done, 1, { kind: 'undo', result: 'undone: out of stock', undoneAt: AT, isOver: true }),
      stored(begun, 1, { kind: 'undo', result: 'undone: out of stock' }),
      stored(begun, 0, { name: 'sleep 1', kind: 'sleep', result: String(AT.getTime()) }),
    ]);
  });
  afterAll(() => ops.stop());

  test('an effect of a handler has its steps in sequence, round by round, without their results', async () => {
    const { json, text } = await ops.dashboard.get(`/api/effects/${effectId(1)}`, 'viewer');
    const step = { round: 0, at: AT.toISOString(), until: null, undoneAt: null, because: null, version: 1 };
    expect(json).toMatchObject({ id: effectId(1), state: 'sleeping', attempts: 3 });
    expect(json.steps).toEqual([
      { ...step, kind: 'step', name: 'reserve', state: 'undone', undoneAt: AT.toISOString() },
      {
        ...step,
        kind: 'undo',
        name: '',
        state: 'done',
        undoneAt: AT.toISOString(),
        because: 'undone: out of stock',
      },
      { ...step, kind: 'step', name: 'reserve', state: 'done', round: 1 },
      { ...step, kind: 'sleep', name: 'sleep 1', state: 'sleeping', round: 1, until: LATER.toISOString() },
    ]);
    expect(text).not.toContain(SECRET);
  });

  test('a sleep that is over is done, and steps that are being undone say so', async () => {
    const { json } = await ops.dashboard.get(`/api/effects/${effectId(2)}`, 'viewer');
    expect(json.steps).toMatchObject([
      { kind: 'sleep', state: 'done' },
      { kind: 'undo', state: 'undoing', undoneAt: null },
    ]);
  });

  test('an effect of another destination has no steps, and an unknown one is not found', async () => {
    expect((await ops.dashboard.get(`/api/effects/${effectId(3)}`, 'viewer')).json.steps).toEqual([]);
    const { status, json } = await ops.dashboard.get(`/api/effects/${effectId(9)}`, 'viewer');
    expect({ status, ...json }).toMatchObject({
      status: 404,
      detail: 'the effect does not exist, or has expired',
    });
    expect((await ops.dashboard.get('/api/effects/erp', 'viewer')).status).toBe(400);
  });

  test('ops effects show has them, too', async () => {
    const { code, stdout } = await ops.run('effects', 'show', effectId(1));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^destination +handler-ship-order$/m);
    expect(stdout).toMatch(/^1 +reserve +undone +2026-11-20 10:00:00 +2026-11-20 10:00:00$/m);
    expect(stdout).toMatch(/^1 +undo what is done +done .* undone: out of stock$/m);
    expect(stdout).toMatch(/^2 +sleep 1 +sleeping +2026-11-20 10:00:00 +2036-11-20 10:00:00$/m);
    expect(stdout).not.toContain(SECRET);
  });
});
