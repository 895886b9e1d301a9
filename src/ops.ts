import { opsCommand } from './watch/ops-command.ts';

/** The operators' command line: npm run ops -- <verb> [--json]. */
await opsCommand().parseAsync();
