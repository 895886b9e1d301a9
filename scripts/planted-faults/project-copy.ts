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

/** Does not compile: where the compiler is silent about it, its silence about the others means nothing. */
const WRONG = 'planted-wrong.ts';
const PROJECT = path.resolve(import.meta.dirname, '..', '..');
/** Of these the copy has its own, a link, or none. */
const NOT_COPIED = new Set(['node_modules', '.git', '.lockstep', 'dist']);
/** A test that waits for what a fault keeps from happening need not wait for a minute. */
const TEST_TIMEOUT_MS = 15_000;

/** The project's jest without servers of its own, and with fast-check's seed told. */
const JEST_CONFIG = `import config from './jest.config.mjs';
const { globalSetup, globalTeardown, reporters, ...usual } = config;
const setupFilesAfterEnv = [...usual.setupFilesAfterEnv, '<rootDir>/planted.seed.mjs'];
export default { ...usual, setupFilesAfterEnv, testTimeout: ${TEST_TIMEOUT_MS} };
`;
const SEED = `import fc from 'fast-check';
fc.configureGlobal({ seed: Number(process.env.SEED) });
`;

/**
 * A copy of the project as it is now, in which faults are planted: nothing of the project itself is
 * touched, and nothing that changes in it meanwhile is seen.
 */
export class ProjectCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lockstep-planted-'));

  constructor() {
    for (const name of readdirSync(PROJECT)) if (!NOT_COPIED.has(name)) this.#copy(name);
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(this.folder, 'node_modules'));
    // The launcher of the embedded MongoDB, where this machine has no mongod of its own.
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

  /** What keeps rows from being planted: their text is not there exactly once, or a test file is missing. */
  problemsOf(faults: readonly PlantedFault[]): string[] {
    return faults.flatMap(({ name, file, find, replace, tests }) => {
      if (!existsSync(this.#in('src', file))) return [`${name}: there is no src/${file}`];
      const times = this.#read(file).split(find).length - 1;
      const missing = tests.filter((test) => !existsSync(this.#in(testFile(test))));
      return [
        ...(times === 1 ? [] : [`${name}: its text stands ${times} times in src/${file}, not once`]),
        ...(find === replace ? [`${name}: changes nothing`] : []),
        ...missing.map((test) => `${name}: there is no ${testFile(test)}`),
      ];
    });
  }

  /** What the compiler says of the changes, all in one run: each stands beside the file that it changes. */
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
      return ['the compiler did not end, or sees no mistakes'];
    return faults.flatMap(({ name }, i) =>
      lines
        .filter((line) => line.startsWith(`src/${beside[i]}(`))
        .map((line) => `${name} does not compile: ${line.slice(line.indexOf('error'))}`),
    );
  }

  /** Has a fault in the copy while `run` runs. */
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
    // A server that a killed test started may write its last while this removes its folder.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

export function testFile(test: string): string {
  return path.join('test', `${test}.test.ts`);
}
