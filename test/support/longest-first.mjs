import path from 'node:path';
import Sequencer from '@jest/test-sequencer';
import { needsOf, projectReader } from './fast-tests.ts';

/**
 * Tests that need most start first, so that no long one is left for the end: those of whole programs and of the
 * browser, then those of servers, then the fast ones. Of two that need the same, the larger file is first.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rootDir = tests[0]?.context.config.rootDir ?? '.';
    const read = projectReader(rootDir);
    const needs = new Map(
      tests.map((test) => [test, needsOf(path.relative(rootDir, test.path), read).length]),
    );
    return super.sort(tests).toSorted((a, b) => needs.get(b) - needs.get(a));
  }
}
