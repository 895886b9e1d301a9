import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import type { Completeness, CompletenessPage, StatementKey } from '../operate/shapes/completeness.ts';
import { isSignedWith, keyIdOf, signedStatement, type SignedStatement } from '../system/signed-statement.ts';
import { placeOf } from './ask.ts';
import { OpsProblem } from './exit.ts';
import { rowsUpTo } from './rows.ts';
import type { Session } from './session.ts';
import { counted, facts, table, time } from './table.ts';
import { limitOption, reasonOption, shopOption, verb } from './verb.ts';

interface Asking {
  from: string;
  to: string;
  reason?: string;
}

const dayOption = (flags: string, about: string) =>
  new Option(flags, `${about}: 2026-10-01`).makeOptionMandatory();

export const COMPLETENESS_VERBS = [
  verb<Asking>({
    call: 'check <shop>',
    isDefault: true,
    about: 'Compare how many orders of a period exist here and at Shopify',
    options: [
      dayOption('--from <day>', "First day, in the shop's time zone"),
      dayOption('--to <day>', 'Last day'),
      reasonOption(),
    ],
    act: check,
  }),
  verb<{ shop?: string; limit: number }>({
    call: 'ls',
    about: 'List completeness checks, newest first',
    options: [shopOption(), limitOption()],
    act: async (session, _args, { shop, limit }) => {
      const page = await rowsUpTo<CompletenessPage>(session, '/completeness', { shop }, limit, 'checks');
      session.show(page, listText(page));
    },
  }),
  verb({
    call: 'show <check>',
    about: 'Show a completeness check, the days that differ, and the first missing orders',
    act: async (session, [id = '']) => show(session, await one(session, id)),
  }),
  verb({
    call: 'statement <check>',
    about: 'Print the result of a check as signed JSON',
    act: async (session, [id = '']) => {
      const signed = await session.ask<SignedStatement>(placeOf('completeness', id, 'statement'));
      session.show(signed, JSON.stringify(signed, null, 2));
    },
  }),
  verb<{ key?: string }>({
    call: 'verify <file>',
    about: 'Check the signature of a statement',
    options: [
      new Option('--key <public key>', "Public key that you trust (default: the running Lockstep's)"),
    ],
    act: verifyFile,
  }),
];

async function check(session: Session, [shop = '']: string[], { from, to, reason }: Asking): Promise<void> {
  const asked = await session.send<Completeness>('/completeness', {
    shop,
    from,
    to,
    reason: reason ?? 'a check at the command line',
  });
  session.say(`check ${asked.id} requested`);
  show(session, await untilEnded(session, asked));
}

const EVERY_MS = 500;
const TAKEN_MS = 15_000;

async function untilEnded(session: Session, asked: Completeness): Promise<Completeness> {
  const began = Date.now();
  let found = asked;
  let warned = false;
  while (found.state === 'asked' || found.state === 'running') {
    await sleep(EVERY_MS);
    found = await one(session, asked.id);
    if (warned || found.state !== 'asked' || Date.now() - began < TAKEN_MS) continue;
    warned = true;
    session.say('the check has not started yet: is the app program running?');
  }
  return found;
}

function one(session: Session, id: string): Promise<Completeness> {
  return session.ask<Completeness>(placeOf('completeness', id));
}

/** Exit code 1: the numbers differ, or were not compared. */
function show(session: Session, found: Completeness): void {
  session.show(found, checkText(found));
  if (found.isComplete !== true) session.endAs('refused');
}

function checkText(found: Completeness): string {
  const { sentence, days, daysNotListed } = found;
  const rows = facts([
    ['check', found.id],
    ['shop', found.shop],
    ['time zone', found.zone],
    ['deleted here', found.deletedHere],
    ['test orders here', found.testHere],
    ['test orders at Shopify', found.testAtShopify],
    ['requested by', found.who],
    ['reason', found.reason],
  ]);
  const different =
    days.length === 0
      ? ''
      : `\n\n${table(
          days.map(({ day, here, atShopify }) => [day, here, atShopify, here - atShopify]),
          ['day', 'here', 'at Shopify', 'difference'],
        )}`;
  const left = daysNotListed === 0 ? '' : `\n${counted(daysNotListed, 'day')} not searched for orders.`;
  return `${sentence}.\n\n${rows}${different}${missingText(found)}${left}${adviceText(found)}`;
}

const WHAT = {
  missing: 'missing here',
  deleted: 'deleted here, but not at Shopify',
  gone: 'unknown to Shopify',
} as const satisfies Record<Completeness['found'][number]['what'], string>;

function missingText({ found }: Completeness): string {
  if (found.length === 0) return '';
  const rows = found.map(({ order, day, what }) => [day, order, WHAT[what]]);
  return `\n\n${table(rows, ['day', 'order', 'finding'])}`;
}

function adviceText({ shop, found, reconcileSince }: Completeness): string {
  const isGone = found.some(({ what }) => what === 'gone');
  if (reconcileSince === null && !isGone) return '';
  const window = isGone ? '--all' : `--since ${reconcileSince}`;
  return `\n\nTo repair: ops reconcile --shop ${shop} ${window} --yes --reason "…"`;
}

function listText({ checks, cursor }: CompletenessPage): string {
  if (checks.length === 0) return 'No completeness checks yet.';
  const rows = checks.map(({ id, shop, state, askedAt, sentence }) => [
    time(askedAt),
    shop,
    state,
    id,
    sentence,
  ]);
  const more = cursor === null ? '' : '\n… older checks: use --limit';
  return `${table(rows, ['requested', 'shop', 'state', 'check', 'result'])}${more}`;
}

async function verifyFile(session: Session, [file = '']: string[], { key }: { key?: string }): Promise<void> {
  const signed = readStatement(file);
  const trusted = key ?? (await session.ask<StatementKey>('/completeness/key')).publicKey;
  const isGood = isSignedWith(signed, trusted);
  session.show({ isGood, key: keyIdOf(trusted), ...signed }, verdictText(signed, trusted, isGood));
  if (!isGood) session.endAs('refused');
}

function readStatement(file: string): SignedStatement {
  try {
    return signedStatement.parse(JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')));
  } catch {
    throw new OpsProblem('usage', `${file}: not a signed statement`);
  }
}

function verdictText({ statement, signature }: SignedStatement, trusted: string, isGood: boolean): string {
  const { shop, from, to, here, atShopify, comparedAt, by } = statement;
  if (isGood)
    return `The signature is valid: key ${keyIdOf(trusted)}, ${by}.\n${shop}, ${from} to ${to}: ${counted(here, 'order')} here, ${atShopify} at Shopify, compared ${time(comparedAt)}.`;
  const other =
    signature.key === keyIdOf(trusted) ? '' : ` It was signed with another key, ${signature.key}.`;
  return `The signature is NOT valid for key ${keyIdOf(trusted)}.${other}`;
}
