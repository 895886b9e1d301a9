import { Option } from 'commander';
import type { AuditChain, AuditPage } from '../operate/shapes/audit.ts';
import { rowsUpTo } from './rows.ts';
import { counted, table, time } from './table.ts';
import { limitOption, verb } from './verb.ts';

export const AUDIT_VERBS = [
  verb<{ who?: string; action?: string; target?: string; since?: string; limit: number }>({
    call: 'ls',
    about: 'List operator actions, newest first',
    options: [
      new Option('--who <name>', 'Filter by operator name'),
      new Option('--action <action>', 'Filter by action: lock.release, parked.replay, …'),
      new Option('--target <target>', 'Filter by target: an order, event, or queue'),
      new Option('--since <time>', 'Only actions since this time: 2026-11-20T10:00:00Z'),
      limitOption(),
    ],
    act: async (session, _args, filter) => {
      const { who, action, target, since, limit } = filter;
      const sought = { who, action, target, since };
      const page = await rowsUpTo<AuditPage>(session, '/audit', sought, limit, 'entries');
      session.show(page, auditText(page));
    },
  }),
  verb<{ head?: string }>({
    call: 'check',
    about: 'Check that the audit log is unchanged',
    options: [
      new Option(
        '--head <number:hash>',
        'Also check that this entry, as logged by the dashboard, still exists',
      ),
    ],
    act: async (session, _args, { head }) => {
      const query = head === undefined ? '' : `?head=${encodeURIComponent(head)}`;
      const chain = await session.ask<AuditChain>(`/audit/chain${query}`);
      session.show(chain, chainText(chain));
      if (!chain.whole) session.endAs('refused');
    },
  }),
];

function auditText({ entries, cursor }: AuditPage): string {
  if (entries.length === 0) return 'No operator actions match.';
  const rows = entries.map((entry) => [
    entry.number,
    time(entry.at),
    entry.who,
    entry.action,
    entry.outcome,
    entry.target,
    entry.reason,
    entry.detail,
  ]);
  const head = ['entry', 'at', 'who', 'action', 'outcome', 'target', 'reason', 'detail'];
  return `${counted(entries.length, 'operator action')}${cursor === null ? '' : ' (more: use --limit)'}.\n\n${table(rows, head)}`;
}

function chainText({ whole, entries, brokenAt, signedFrom }: AuditChain): string {
  const signed = signedFrom === null ? 'not signed' : `signed from entry ${signedFrom}`;
  if (whole)
    return `The audit log is unchanged: ${entries === 1 ? '1 entry' : `${entries} entries`}, ${signed}.`;
  return `The audit log was CHANGED: entry ${brokenAt} is missing or differs from what was written.`;
}
