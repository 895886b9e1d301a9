import { Command } from 'commander';
import { AUDIT_VERBS } from './audit.ts';
import { COMPLIANCE_VERBS } from './compliance.ts';
import { DEDUPE_VERBS } from './dedupe.ts';
import { EVENT_VERBS } from './event.ts';
import { EXIT_CODES } from './exit.ts';
import { LOCK_VERBS } from './lock.ts';
import { MAILBOX_VERBS } from './mailbox.ts';
import { ORDER_VERBS } from './order.ts';
import { PARKED_VERBS } from './parked.ts';
import { QUEUE_VERBS } from './queue.ts';
import { REBUILD_VERBS } from './rebuild.ts';
import { RECONCILE_VERBS } from './reconcile.ts';
import { SHOP_VERBS } from './shop.ts';
import { SYSTEM_VERBS } from './system.ts';
import { TAIL_VERBS } from './tail.ts';
import { SIGN_IN_VERBS, TOKEN_VERBS } from './token.ts';
import { plainLines } from './plain.ts';
import { addGlobalOptions, addVerbs } from './verb.ts';
import { VERIFY_VERBS } from './verify.ts';

/** Verbs by themselves. */
const VERBS = [...SYSTEM_VERBS, ...TAIL_VERBS, ...EVENT_VERBS, ...VERIFY_VERBS, ...SIGN_IN_VERBS];

/** Nouns with verbs of their own. */
const NOUNS = {
  order: {
    about: 'orders: list, history, rebuild',
    verbs: [...ORDER_VERBS, ...REBUILD_VERBS],
  },
  dedupe: { about: 'events already seen', verbs: DEDUPE_VERBS },
  lock: { about: 'which worker holds which order', verbs: LOCK_VERBS },
  mailbox: { about: 'waiting events, by order', verbs: MAILBOX_VERBS },
  queue: { about: 'the queues of drain jobs', verbs: QUEUE_VERBS },
  parked: { about: 'events that could not be applied', verbs: PARKED_VERBS },
  reconcile: { about: "shops' orders compared with Shopify's", verbs: RECONCILE_VERBS },
  shop: { about: 'who sends how much', verbs: SHOP_VERBS },
  compliance: { about: 'requests to see or erase personal data', verbs: COMPLIANCE_VERBS },
  audit: { about: 'who did what, and why', verbs: AUDIT_VERBS },
  token: { about: 'API tokens', verbs: TOKEN_VERBS },
} as const;

/** All of the command line. It works over the API with a token, and never touches Redis or MongoDB. */
export function opsCommand(): Command {
  const name = process.env.npm_lifecycle_event === 'ops' ? 'npm run ops --' : 'lockstep';
  const root = new Command(name)
    .description('Inspects and controls a running Lockstep over its API.')
    .enablePositionalOptions()
    .configureOutput({ writeErr: (text) => void process.stderr.write(plainLines(text)) })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', ENDINGS)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage));
  addGlobalOptions(root);
  addVerbs(root, root, VERBS);
  for (const [noun, { about, verbs }] of Object.entries(NOUNS))
    addVerbs(root, root.command(noun).description(about), verbs);
  return root;
}

const ENDINGS = `
Commands that change something only show what they would do. Add --yes and --reason to do it.
These run immediately: parked abort, token mint, sign-in.
Times are UTC. Exit codes: 0 ok, 1 refused or something is wrong, 2 wrong usage, 3 unreachable.`;
