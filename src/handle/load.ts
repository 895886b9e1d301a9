import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../system/errors.ts';
import { within } from '../system/within.ts';
import { HandlerProcess } from './handler-process.ts';
import type { Said } from './protocol.ts';
import { readRules, type HandlerRules } from './rules.ts';
import type { HandlerPlace } from './runner.ts';

/** A handler of this deployment. */
export interface LoadedHandler extends HandlerPlace {
  rules: HandlerRules;
}

/** A file, or a handler in it, that cannot be used. */
export interface NotLoaded {
  file: string;
  because: string;
}

/** Longer than any module takes to load. */
const LONGEST_MS = 15_000;
/** Modules, without tests and type declarations. */
const MODULE = /(?<!\.d|\.test|\.spec)\.[cm]?[jt]s$/;

/**
 * Reads what the handlers in a folder, or in one module, say about themselves. Each file is loaded in a process of its
 * own: one that cannot be loaded, or never ends loading, does not concern the others.
 */
export async function loadHandlers(
  place: string,
): Promise<{ handlers: LoadedHandler[]; problems: NotLoaded[] }> {
  const problems: NotLoaded[] = [];
  const found: LoadedHandler[] = [];
  for (const file of await modulesIn(place, problems)) {
    const said = await describe(file);
    if (said.type !== 'described') {
      problems.push({ file, because: said.because });
      continue;
    }
    for (const { exported, options } of said.handlers) {
      const reading = readRules(options);
      if (reading.ok) found.push({ file, exported, rules: reading.rules });
      else problems.push({ file, because: `${exported}: ${reading.because}` });
    }
  }
  const handlers = found.filter(
    ({ rules: { name } }) => found.filter(({ rules }) => rules.name === name).length === 1,
  );
  const twice = found
    .filter((each) => !handlers.includes(each))
    .map(({ file, rules: { name } }) => ({ file, because: `several handlers are named ${name}: none runs` }));
  return { handlers, problems: [...problems, ...twice] };
}

async function modulesIn(place: string, problems: NotLoaded[]): Promise<string[]> {
  const whole = path.resolve(place);
  try {
    if ((await stat(whole)).isFile()) return [whole];
    const names = await readdir(whole);
    return names
      .filter((name) => MODULE.test(name))
      .toSorted()
      .map((name) => path.join(whole, name));
  } catch (error) {
    problems.push({ file: whole, because: `it cannot be read: ${messageOf(error)}` });
    return [];
  }
}

type Description = Extract<Said, { type: 'described' | 'cannot_load' }>;

async function describe(file: string): Promise<Description> {
  const process = new HandlerProcess();
  const answer = new Promise<Description>((resolve) => {
    process.onSaid((said) => {
      if (said.type === 'described' || said.type === 'cannot_load') resolve(said);
      else if (said.type === 'report' && said.report.outcome === 'failed')
        resolve({ type: 'cannot_load', because: said.report.because });
    });
    void process.ended.then((because) => resolve({ type: 'cannot_load', because }));
  });
  process.ask({ type: 'describe', file });
  try {
    return await within(answer, LONGEST_MS);
  } catch {
    return { type: 'cannot_load', because: `it did not load within ${LONGEST_MS / 1000} s` };
  } finally {
    await process.kill();
  }
}
