import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { STATE } from '../testkit/local/state.ts';
import { messageOf } from '../src/system/errors.ts';

const USAGE = 2;

export const say = (line: string) => process.stdout.write(`${line}\n`);

/** Where reports and figures go by default. */
export const FOLDER = path.join(STATE, 'load-tests');

/**
 * Runs a command. Invalid options end it with 2.
 * @param failed the exit code if it could not do its work
 */
export async function runCommand(command: Command, failed: number): Promise<void> {
  command.exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : USAGE));
  try {
    await command.parseAsync();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(failed);
  }
}

/** Writes a run's figures, and their chart if there is one. @returns the folder */
export function writeFigures(name: string, figures: object, chart: string | null, out = FOLDER): string {
  const folder = path.resolve(out);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
  if (chart !== null) writeFileSync(path.join(folder, `${name}.svg`), chart);
  return folder;
}

/** Reads a whole number from the command line. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`is not a whole number from ${least} to ${most}`);
    return number;
  };
}
