#!/usr/bin/env node
import { opsCommand } from './ops/ops-command.ts';

/** The operators' command line: `npm run ops -- <verb> [--json]`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader closed the pipe, as in `ops tail | head`.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
await opsCommand().parseAsync();
