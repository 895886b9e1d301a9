import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/order/outcomes.ts';
import { ROLES } from '../../src/system/roles.ts';
import {
  ACT_OUTCOMES,
  DRIFT_KINDS,
  PARKED_STATES,
  PASS_STATES,
  REPLAY_STATES,
} from '../../src/system/states.ts';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
  .filter((name) => /\.tsx?$/.test(name));

/** Files with at least these names in a row: in a list, a union, or a zod enum. */
function spelling(names: readonly string[]): string[] {
  const inARow = new RegExp(names.map((name) => `'${name}'`).join(String.raw`\s*[,|]\s*`));
  return files.filter((name) => inARow.test(readFileSync(name, 'utf8')));
}

describe('names of outcomes, roles and states', () => {
  test.each<[string, readonly string[], string]>([
    ['outcomes', OUTCOMES.slice(0, 4), 'src/order/outcomes.ts'],
    ['roles', ROLES.slice(0, 3), 'src/system/roles.ts'],
    ['states of parked events', PARKED_STATES.slice(0, 3), 'src/system/states.ts'],
    ['states of replays', REPLAY_STATES, 'src/system/states.ts'],
    ['states of passes', PASS_STATES, 'src/system/states.ts'],
    ['differences from Shopify', DRIFT_KINDS.slice(0, 4), 'src/system/states.ts'],
    ['outcomes of audited actions', ACT_OUTCOMES, 'src/system/states.ts'],
  ])('%s are listed in one file', (_, names, home) => {
    expect(spelling(names)).toEqual([home]);
  });
});
