import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/**
 * npm run faults: what breaks, in real processes. Prints one table.
 *   npm run faults -- [--short] [--seed N] [--only <part of a file's name>]
 * --short: each fault once or a few times (4 minutes); CI does this.
 * Exit code 1 if a promise was broken, or a bad state was never reached.
 */
interface Line {
  fault: string;
  runs: number;
  reached: number;
  sent: number;
  acked: number;
  lost: number;
  twice: number;
  inversions: number;
  wrong: number;
  healSeconds: number;
}

const COLUMNS = [
  'runs',
  'reached',
  'sent',
  'acked',
  'lost',
  'twice',
  'inversions',
  'wrong',
  'healSeconds',
] as const;
const root = path.resolve(import.meta.dirname, '..');
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-faults-'));
const out = path.join(folder, 'rows.jsonl');
writeFileSync(out, '');
say(`seed ${seed}; --seed ${seed} repeats it`);

const began = Date.now();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const run = spawnSync(process.execPath, [jest, '--config=jest.faults.config.mjs', values.only], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FAULTS: values.short ? 'short' : 'full', FAULTS_OUT: out, SEED: seed },
});
const text = readFileSync(out, 'utf8').trim();
rmSync(folder, { recursive: true });
const lines = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Line);
lines.sort((a, b) => a.fault.localeCompare(b.fault, 'en', { numeric: true }));

say(`\n${table(lines)}\n`);
const minutes = ((Date.now() - began) / 60_000).toFixed(0);
const memory = Math.round(totalmem() / 2 ** 30);
say(
  `seed ${seed}; ${minutes} minutes; ${cpus().length} cores (${cpus()[0]?.model.trim() ?? '?'}), ${memory} GiB, Node ${process.versions.node}`,
);
say(
  run.status === 0
    ? 'Nothing lost, nothing applied twice, nothing out of sequence.'
    : 'A promise was broken: see above.',
);
process.exitCode = run.status === 0 && lines.length > 0 ? 0 : 1;

/** As Markdown, to be copied into a document. */
function table(rows: Line[]): string {
  const head = `| fault | ${COLUMNS.map((name) => (name === 'healSeconds' ? 'seconds to recover' : name)).join(' | ')} |`;
  const rule = `|---|${COLUMNS.map(() => '--:').join('|')}|`;
  const body = rows.map((row) => `| ${row.fault} | ${COLUMNS.map((name) => row[name]).join(' | ')} |`);
  return [head, rule, ...body].join('\n');
}
