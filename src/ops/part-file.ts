import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import type { Column } from '../operate/shapes/exports.ts';
import { OpsProblem } from './exit.ts';
import type { Damaged } from './export-asked.ts';

/** What is in a part file, and where its export continues. */
export interface PartState {
  /** The request for the export, as text: another export must not continue this file. */
  asked: string;
  columns: Column[];
  cursor: string | null;
  /** The file is valid up to here. */
  bytes: number;
  rows: number;
  damaged: Damaged;
}

/**
 * A file that is being written, `<out>.part`, and beside it `<out>.part.json`: how far it is valid, and where the
 * export continues. The text is on disk before its length is recorded. So if a process dies at any time, the next one
 * cuts the file to its valid length and continues. The file gets its name once it is whole.
 */
export class PartFile {
  readonly out: string;
  state: PartState;
  readonly #file: FileHandle;

  private constructor(out: string, file: FileHandle, state: PartState) {
    this.out = out;
    this.#file = file;
    this.state = state;
  }

  /** @throws OpsProblem if the file exists, whole or in part */
  static async begin(out: string, asked: string): Promise<PartFile> {
    refuseWhole(out);
    if (existsSync(sidecarOf(out)))
      throw new OpsProblem('usage', `${partOf(out)} is unfinished: continue it with --resume, or delete it`);
    // Readable by its owner only: it may have customer data.
    const file = await open(partOf(out), 'w', 0o600);
    const damaged = { count: 0, first: [] };
    return new PartFile(out, file, { asked, columns: [], cursor: null, bytes: 0, rows: 0, damaged });
  }

  /** @throws OpsProblem if there is nothing to continue, or the file is from another export */
  static async resume(out: string, asked: string): Promise<PartFile> {
    refuseWhole(out);
    const text = await readFile(sidecarOf(out), 'utf8').catch(() => null);
    if (text === null) return await PartFile.begin(out, asked);
    const state = JSON.parse(text) as PartState;
    if (state.asked !== asked)
      throw new OpsProblem('usage', `${partOf(out)} is of another export: ${state.asked}`);
    const file = await open(partOf(out), 'r+').catch(() => null);
    const { size } = (await file?.stat()) ?? { size: -1 };
    if (!file || size < state.bytes)
      throw new OpsProblem('usage', `${partOf(out)} is shorter than it was: delete ${sidecarOf(out)}`);
    await file.truncate(state.bytes);
    return new PartFile(out, file, state);
  }

  get path(): string {
    return partOf(this.out);
  }

  /** Appends text. What was appended before the last {@link flush} survives. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.#file.write(bytes, 0, bytes.length, this.state.bytes);
    this.state.bytes += bytes.length;
  }

  async flush(): Promise<void> {
    await this.#file.datasync();
    const next = `${sidecarOf(this.out)}.next`;
    await writeFile(next, JSON.stringify(this.state), { mode: 0o600 });
    await rename(next, sidecarOf(this.out));
  }

  /** Gives the whole file its name. @param made a file made from it; by default, the part file itself */
  async finish(made = this.path): Promise<void> {
    await this.#file.datasync();
    await rename(made, this.out);
    await rm(sidecarOf(this.out), { force: true });
    await rm(this.path, { force: true });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const partOf = (out: string) => `${out}.part`;
const sidecarOf = (out: string) => `${out}.part.json`;

function refuseWhole(out: string): void {
  if (existsSync(out))
    throw new OpsProblem('usage', `${out} exists already: choose another name, or delete it`);
}
