import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import express, { type Router } from 'express';
import { z } from 'zod';
import { POLICIES, withPolicy } from '../headers.ts';
import { Refusal } from '../refusal.ts';
import type { LoadTestList } from '../shapes/system.ts';

/** The fields of a report that are read; its JSON has more. */
const report = z.object({
  startedAt: z.iso.datetime(),
  verdict: z.object({ kept: z.boolean(), sentence: z.string() }),
});

/** How many of the newest are listed. Names end with the time, so no file is opened to sort them. */
const SHOWN = 100;
/** A flash sale's JSON is 200 kB; a file larger than this is not a report. */
const LARGEST_BYTES = 20 * 1024 * 1024;
/** How load tests name their files. Nothing that matches leads out of the folder. */
const NAME = /^[a-z][a-z0-9-]{0,60}-(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2})$/;

export class LoadTestReports {
  readonly #folder: string;
  /** @param folder where load tests leave their reports; shown to users as given */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<LoadTestList> {
    const names = await this.#newest();
    const read = await Promise.all(names.map((name) => this.#read(name)));
    const reports = read.filter((each) => each !== null);
    const damaged = read.length - reports.length;
    const skipped = damaged === 0 ? '' : `; ${damaged} that cannot be read were skipped`;
    return { reports, looked: `the newest ${SHOWN} reports in ${this.#folder}${skipped}` };
  }

  /** Serves `<name>.html`, sandboxed. */
  pages(): Router {
    const router = express.Router();
    router.use(withPolicy(POLICIES.report()));
    router.get('/:file', async (request, response) => {
      const { file } = request.params;
      const name = file.endsWith('.html') ? file.slice(0, -'.html'.length) : '';
      const html = NAME.test(name) ? await textOf(path.join(this.#folder, `${name}.html`)) : null;
      if (html === null) throw new Refusal('not_found', `no such report in ${this.#folder}`);
      response.type('html').send(html);
    });
    return router;
  }

  async #newest(): Promise<string[]> {
    // No folder yet: no load test has run here.
    const files = await readdir(this.#folder).catch(() => []);
    return files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .filter((name) => NAME.test(name))
      .toSorted((a, b) => (timeIn(b) < timeIn(a) ? -1 : 1))
      .slice(0, SHOWN);
  }

  async #read(name: string): Promise<LoadTestList['reports'][number] | null> {
    try {
      const text = await textOf(path.join(this.#folder, `${name}.json`));
      const { startedAt, verdict } = report.parse(JSON.parse(text ?? ''));
      const page = await sizeOf(path.join(this.#folder, `${name}.html`));
      return {
        name,
        at: startedAt,
        verdict: verdict.sentence,
        kept: verdict.kept,
        report: page === null ? null : `/load-tests/${name}.html`,
      };
    } catch {
      return null;
    }
  }
}

function timeIn(name: string): string {
  return NAME.exec(name)?.[1] ?? '';
}

/** Null if it is missing, too large or not a file. Links are not followed: one may lead out of the folder. */
async function textOf(file: string): Promise<string | null> {
  const opened = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
  if (!opened) return null;
  try {
    const found = await opened.stat();
    return found.isFile() && found.size <= LARGEST_BYTES ? await opened.readFile('utf8') : null;
  } finally {
    await opened.close();
  }
}

async function sizeOf(file: string): Promise<number | null> {
  const found = await lstat(file).catch(() => null);
  return found?.isFile() ? found.size : null;
}
