import { Command, CommanderError } from 'commander';
import { messageOf } from '../system/errors.ts';
import { AUDIT_VERBS } from './audit.ts';
import { COMPLETENESS_VERBS } from './completeness.ts';
import { COMPLIANCE_VERBS } from './compliance.ts';
import { DEDUPE_VERBS } from './dedupe.ts';
import { DESTINATION_VERBS } from './destination.ts';
import { EFFECT_VERBS } from './effects.ts';
import { EVENT_VERBS } from './event.ts';
import { EXIT_CODES, OpsProblem, type ExitName } from './exit.ts';
import { EXPORT_VERBS } from './export.ts';
import { LOCK_VERBS } from './lock.ts';
import { MAILBOX_VERBS } from './mailbox.ts';
import { ORDER_VERBS } from './order.ts';
import { PARKED_VERBS } from './parked.ts';
import { QUEUE_VERBS } from './queue.ts';
import { REBUILD_VERBS } from './rebuild.ts';
import { RECONCILE_VERBS } from './reconcile.ts';
import { REPORT_VERBS } from './report.ts';
import { SHOP_VERBS } from './shop.ts';
import { SYSTEM_VERBS } from './system.ts';
import { TAIL_VERBS } from './tail.ts';
import { SIGN_IN_VERBS, TOKEN_VERBS } from './token.ts';
import { plainLines } from './plain.ts';
import { openSession } from './session.ts';
import type { Terminal } from './terminal.ts';
import { addGlobalOptions, addVerbs, type RunVerb } from './verb.ts';
import { VERIFY_VERBS } from './verify.ts';

/** Commands without a noun. */
const VERBS = [...SYSTEM_VERBS, ...TAIL_VERBS, ...EVENT_VERBS, ...VERIFY_VERBS, ...SIGN_IN_VERBS];

/** Nouns, each with its own commands. */
const NOUNS = {
  order: {
    about: 'List orders, show their history, rebuild them',
    verbs: [...ORDER_VERBS, ...REBUILD_VERBS],
  },
  dedupe: { about: 'Look up and release dedupe keys', verbs: DEDUPE_VERBS },
  lock: { about: 'Show and release order locks', verbs: LOCK_VERBS },
  mailbox: { about: 'Show waiting events by order, and wake orders', verbs: MAILBOX_VERBS },
  queue: { about: 'Show, pause, and resume the queues of drain jobs', verbs: QUEUE_VERBS },
  parked: { about: 'Show, replay, and discard events that could not be applied', verbs: PARKED_VERBS },
  destination: {
    about: 'Show, add, change, pause, and delete destinations of effects',
    verbs: DESTINATION_VERBS,
  },
  effects: { about: 'Show, replay, and skip what orders set off at destinations', verbs: EFFECT_VERBS },
  reconcile: { about: "Compare a shop's orders with Shopify's, and repair them", verbs: RECONCILE_VERBS },
  completeness: {
    about: 'Compare how many orders of a period exist here and at Shopify',
    verbs: COMPLETENESS_VERBS,
  },
  report: { about: 'Show reports: sales', verbs: REPORT_VERBS },
  shop: { about: 'Show shops: installation, traffic, reconciliation', verbs: SHOP_VERBS },
  compliance: {
    about: 'Handle privacy requests: data requests and erasures (GDPR)',
    verbs: COMPLIANCE_VERBS,
  },
  export: { about: 'Export orders, their lines, or the journal to a file', verbs: EXPORT_VERBS },
  audit: { about: 'Show operator actions, and check the audit log', verbs: AUDIT_VERBS },
  token: { about: 'Manage API tokens', verbs: TOKEN_VERBS },
} as const;

/**
 * Runs the command line. It uses only the API, with a token; it never connects to Redis or MongoDB. An error becomes a
 * message on stderr and the exit code.
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let ending: ExitName = 'ok';
  const endAs = (ended: ExitName) => void (ending = ended);
  const run: RunVerb = async (globals, work) => {
    const session = openSession(globals, terminal, endAs);
    try {
      await work(session);
    } catch (error) {
      session.say(messageOf(error));
      endAs(error instanceof OpsProblem ? error.exit : 'refused');
    }
  };
  try {
    await opsCommand(terminal, run).parseAsync(withNestedHelp(args), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    endAs(error.exitCode === 0 ? 'ok' : 'usage');
  }
  return EXIT_CODES[ending];
}

/** commander's `help parked replay` ignores `replay`; `parked replay --help` shows its help. */
function withNestedHelp([first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [];
  return first === 'help' && rest.length > 1 ? [...rest, '--help'] : [first, ...rest];
}

function opsCommand({ print, say, env }: Terminal, run: RunVerb): Command {
  const name = env.npm_lifecycle_event === 'ops' ? 'npm run ops --' : 'lockstep';
  const root = new Command(name)
    .description('Inspect and control a running Lockstep through its API.')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .enablePositionalOptions()
    .configureOutput({ writeOut: print, writeErr: (text) => say(plainLines(text)) })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', ENDINGS)
    .exitOverride();
  addGlobalOptions(root);
  addVerbs(root, root, VERBS, run);
  for (const [noun, { about, verbs }] of Object.entries(NOUNS))
    addVerbs(root, root.command(noun).description(about), verbs, run);
  return root;
}

const ENDINGS = `
Commands that change something only show what they would do, unless you add --yes and --reason.
These run immediately: parked abort, reconcile abort, token mint, sign-in.

All times are UTC.
Exit codes: 0 success, 1 refused or problem found, 2 invalid usage, 3 unreachable.`;
