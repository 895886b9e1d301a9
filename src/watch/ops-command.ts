import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../system/errors.ts';
import { loadConfig, BadSettings } from '../system/config.ts';
import { orderText, statusText } from './ops-text.ts';
import { isRight, verifiedText, verifyAll } from './ops-verify.ts';
import { mintToken, ROLES, type Role } from './tokens.ts';
import type { SystemStatus } from './status-reader.ts';
import type { Verified } from './verifier.ts';
import type { OrderView, TimelineEntry } from './views.ts';

/** How a verb ended, as the shell sees it. */
const EXIT_CODES = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

class OpsProblem extends Error {
  readonly exit: keyof typeof EXIT_CODES;
  constructor(exit: keyof typeof EXIT_CODES, message: string) {
    super(message);
    this.exit = exit;
  }
}

interface Target {
  url: string;
  token: string;
}

/** The verbs. They work over the API with a token, and never touch Redis or MongoDB. */
export function opsCommand(): Command {
  const command = new Command('npm run ops --')
    .description('Looks at a running Lockstep over its API.')
    .option('--json', 'print JSON')
    .option('--url <url>', 'the dashboard; otherwise LOCKSTEP_URL, or what npm start serves here')
    .option('--token <token>', 'otherwise LOCKSTEP_TOKEN, or the development token of npm start')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage));

  command
    .command('status')
    .description('how everything is')
    .action(() =>
      run(async () => {
        const status = await ask<SystemStatus>(targetOf(command), '/api/status');
        print(command, status, statusText(status));
      }),
    );
  command
    .command('order <order>')
    .description('an order and its story: <shop>/<order id>')
    .action((key: string) =>
      run(async () => {
        const target = targetOf(command);
        const place = `/api/orders/${key.split('/').map(encodeURIComponent).join('/')}`;
        const { entries } = await ask<{ entries: TimelineEntry[] }>(target, `${place}/timeline`);
        const order = await ask<OrderView>(target, place).catch((error: unknown) => orNull(error));
        print(command, { order, entries }, orderText(key, order, entries));
      }),
    );
  command
    .command('verify')
    .description('holds every order against its journal, and changes nothing')
    .option('--shop <shop>', 'only orders of this shop')
    .option('--since <time>', 'only orders committed since: 2026-11-20T10:00:00Z')
    .action((filter: { shop?: string; since?: string }) =>
      run(async () => {
        const target = targetOf(command);
        const status = await ask<SystemStatus>(target, '/api/status');
        const verified = await verifyAll(filter, (place) => ask<Verified>(target, place));
        print(command, { ...verified, waiting: status.waitingEvents }, verifiedText(verified, status));
        if (!isRight(verified)) process.exitCode = EXIT_CODES.refused;
      }),
    );
  const token = command.command('token').description('API tokens');
  token
    .command('mint')
    .description('a token, signed with OPS_JWT_SECRET')
    .addOption(new Option('--role <role>', 'what it allows').choices(ROLES).default('viewer'))
    .option('--name <name>', 'whose it is', process.env.USER ?? 'operator')
    .option('--hours <hours>', 'how long it is good for', hoursArgument, 12)
    .action((options: { role: Role; name: string; hours: number }) =>
      run(async () => {
        const minted = await mintToken(jwtSecret(), options, options.hours);
        print(command, { token: minted, ...options }, minted);
      }),
    );
  return command;
}

async function run(verb: () => Promise<void>): Promise<void> {
  try {
    await verb();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = EXIT_CODES[error instanceof OpsProblem ? error.exit : 'refused'];
  }
}

function print(command: Command, json: unknown, text: string): void {
  process.stdout.write(`${command.opts().json ? JSON.stringify(json, null, 2) : text}\n`);
}

/** @throws OpsProblem: 3 where nobody answers, 1 where the answer is no */
async function ask<Answer>({ url, token }: Target, place: string): Promise<Answer> {
  const response = await fetch(`${url}${place}`, { headers: { authorization: `Bearer ${token}` } }).catch(
    () => {
      throw new OpsProblem('unreachable', `${url} does not answer`);
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Answer & { error?: unknown };
  if (response.ok) return answer;
  const reason = typeof answer.error === 'string' ? answer.error : 'refused';
  throw new OpsProblem(
    response.status === 404 || response.status < 500 ? 'refused' : 'unreachable',
    `${response.status}: ${reason}`,
  );
}

/** An order of which events wait or were parked, and none was applied, has a story but no document. */
function orNull(error: unknown): null {
  if (error instanceof OpsProblem && error.message.startsWith('404')) return null;
  throw error;
}

function targetOf(command: Command): Target {
  const given: { url?: string; token?: string } = command.opts();
  const local = localFile();
  const url = given.url ?? process.env.LOCKSTEP_URL ?? local?.dashboardUrl;
  const token = given.token ?? process.env.LOCKSTEP_TOKEN ?? local?.adminToken;
  if (url && token) return { url, token };
  throw new OpsProblem(
    'unreachable',
    'nothing runs here: give --url and --token, or LOCKSTEP_URL and LOCKSTEP_TOKEN',
  );
}

/** What npm start wrote down, if it serves here. */
function localFile(): { dashboardUrl: string; adminToken: string } | null {
  try {
    const file = path.join(process.cwd(), '.lockstep', 'local.json');
    return JSON.parse(readFileSync(file, 'utf8')) as { dashboardUrl: string; adminToken: string };
  } catch {
    return null;
  }
}

/** OPS_JWT_SECRET, or the development secret of this folder. */
function jwtSecret(): string {
  try {
    const { OPS_JWT_SECRET: given } = loadConfig(process.env);
    if (given) return given;
    const file = path.join(process.cwd(), '.lockstep', 'secrets.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { opsJwtSecret: string }).opsJwtSecret;
  } catch (error) {
    if (error instanceof BadSettings) throw new OpsProblem('usage', error.message);
    throw new OpsProblem('usage', 'OPS_JWT_SECRET is not set, and npm start has not run here');
  }
}

function hoursArgument(text: string): number {
  const hours = Number(text);
  if (!(hours > 0 && hours <= 24 * 366)) throw new InvalidArgumentError('is no number of hours up to a year');
  return hours;
}
