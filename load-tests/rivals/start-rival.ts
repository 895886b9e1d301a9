import path from 'node:path';
import { startProcess, type RunningProgram } from '../../testkit/local/programs.ts';
import type { RivalName, Role } from './rivals.ts';

const PROGRAM = path.join(import.meta.dirname, 'program.ts');
/** DBOS calls pg in a way that pg 9 will not allow. */
const QUIET = ['--disable-warning=DeprecationWarning'];

/** Starts a process of a rival as `startProgram` starts one of Lockstep's. */
export function startRival(
  name: RivalName,
  role: Role,
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe' = 'inherit',
): RunningProgram {
  return startProcess(`${name} ${role}`, [...QUIET, PROGRAM, name, role], env, output);
}
