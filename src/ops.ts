#!/usr/bin/env node
import { once } from 'node:events';
import { runCommand } from './ops/ops-command.ts';

/** The operators' command line: `npm run ops -- <verb> [--json]`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader closed the pipe, as in `ops tail | head`.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
const code = await runCommand(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  isScreen: process.stdout.isTTY,
  drained: () => (process.stdout.writableNeedDrain ? once(process.stdout, 'drain') : Promise.resolve()),
  say: (text) => void process.stderr.write(text),
  bars: process.stderr.isTTY ? process.stderr : null,
  env: process.env,
  folder: process.cwd(),
});
// Set, not forced: the process still finishes its output.
process.exitCode = code;
