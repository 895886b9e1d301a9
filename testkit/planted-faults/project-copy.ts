import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlantedFault } from './fault.ts';

/** Does not compile. If the compiler accepts it, its silence about the other files means nothing. */
const WRONG = 'planted-wrong.ts';
const PROJECT = path.resolve(import.meta.dirname, '..', '..');
/** The copy has its own version of these, a link, or none. */
const NOT_COPIED = new Set(['node_modules', '.git', '.lockstep', 'dist']);
/** A fault may make a test wait for something that never happens; it need not wait for a minute. */
const TEST_TIMEOUT_MS = 15_000;

/** The project's jest settings without its own servers, and with a fixed seed for fast-check. */
const JEST_CONFIG = `import config from './jest.config.mjs';
const { globalSetup, globalTeardown, reporters, ...usual } = config;
const setupFilesAfterEnv = [...usual.setupFilesAfterEnv, '<rootDir>/planted.seed.mjs'];
export default { ...usual, setupFilesAfterEnv, testTimeout: ${TEST_TIMEOUT_MS} };
`;
const SEED = `import fc from 'fast-check';
fc.configureGlobal({ seed: Number(process.env.SEED) });
`;

/**
 * A copy of the project's current state, in which faults are planted. The project itself is not touched, and
 * later changes to it are not seen.
 */
export class ProjectCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lockstep-planted-'));

  constructor() {
    for (const name of readdirSync(PROJECT)) if (!NOT_COPIED.has(name)) this.#copy(name);
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(this.folder, 'node_modules'));
    // The launcher of the embedded MongoDB, if this machine has no mongod.
    this.#copy(path.join('.lockstep', 'bin'));
    mkdirSync(this.#in('tmp'));
    writeFileSync(this.#in('planted.jest.config.mjs'), JEST_CONFIG);
    writeFileSync(this.#in('planted.seed.mjs'), SEED);
  }

  #copy(name: string): void {
    const from = path.join(PROJECT, name);
    if (existsSync(from)) cpSync(from, this.#in(name), { recursive: true });
  }

  #in(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Why rows cannot be planted: their text does not occur exactly once, or a test file is missing. */
  problemsOf(faults: readonly PlantedFault[]): string[] {
    return faults.flatMap(({ name, file, find, replace, tests }) => {
      if (!existsSync(this.#in('src', file))) return [`${name}: src/${file} not found`];
      const times = this.#read(file).split(find).length - 1;
      const missing = tests.filter((test) => !existsSync(this.#in(testFile(test))));
      return [
        ...(times === 1 ? [] : [`${name}: its text occurs ${times} times in src/${file}, not once`]),
        ...(find === replace ? [`${name}: changes nothing`] : []),
        ...missing.map((test) => `${name}: ${testFile(test)} not found`),
      ];
    });
  }

  /** What the compiler says about the changes, all in one run: each changed file is next to the original. */
  compilerSays(faults: readonly PlantedFault[]): string[] {
    const beside = faults.map(({ file }, i) => file.replace(/\.ts$/, `.planted-${i}.ts`));
    for (const [i, fault] of faults.entries())
      writeFileSync(this.#in('src', beside[i] ?? ''), this.#changed(fault));
    writeFileSync(this.#in('src', WRONG), "export const wrong: number = 'no number';\n");
    const tsc = path.join(PROJECT, 'node_modules', '.bin', 'tsc');
    const options = { cwd: this.folder, encoding: 'utf8' } as const;
    const { stdout } = spawnSync(tsc, ['--noEmit', '--pretty', 'false'], options);
    const lines = String(stdout).split('\n');
    for (const name of [...beside, WRONG]) rmSync(this.#in('src', name));
    if (!lines.some((line) => line.startsWith(`src/${WRONG}(`)))
      return ['the compiler did not end, or reported no mistakes'];
    return faults.flatMap(({ name }, i) =>
      lines
        .filter((line) => line.startsWith(`src/${beside[i]}(`))
        .map((line) => `${name} does not compile: ${line.slice(line.indexOf('error'))}`),
    );
  }

  /** Runs `run` with a fault in the copy. */
  async having<Answer>(fault: PlantedFault, run: () => Promise<Answer>): Promise<Answer> {
    const before = this.#read(fault.file);
    writeFileSync(this.#in('src', fault.file), this.#changed(fault));
    try {
      return await run();
    } finally {
      writeFileSync(this.#in('src', fault.file), before);
    }
  }

  #changed({ file, find, replace }: PlantedFault): string {
    return this.#read(file).replace(find, () => replace);
  }

  #read(file: string): string {
    return readFileSync(this.#in('src', file), 'utf8');
  }

  remove(): void {
    // A server of a killed test may still write while this removes its folder.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

export function testFile(test: string): string {
  return path.join('test', `${test}.test.ts`);
}
