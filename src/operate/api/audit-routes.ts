import { checkAudit, readAudit } from '../../persist/audit-log.ts';
import type { AuditSigner, Head } from '../../persist/audit-signer.ts';
import type { Collections } from '../../persist/collections.ts';
import { invalidParameter } from '../refusal.ts';
import { actView } from '../stories/acts.ts';
import { auditChain, auditChainQuery, auditPage, auditQuery } from '../shapes/audit.ts';
import { route, type Route } from './route.ts';

export interface AuditTools {
  audit: Collections['audit'];
  signer: AuditSigner;
}

/** The audit log. No route changes it. */
export function auditRoutes({ audit, signer }: AuditTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      role: 'viewer',
      scope: 'global',
      about: 'Operator actions: who did what, when and why, newest first.',
      query: auditQuery,
      answer: auditPage,
      handle: async ({ query: { cursor, ...filter } }) => {
        const { entries, last } = await readAudit(audit, { ...filter, before: numberOf(cursor) });
        return { entries: entries.map(actView), cursor: last === null ? null : String(last) };
      },
    }),
    route({
      method: 'get',
      path: '/audit/chain',
      role: 'viewer',
      scope: 'global',
      about: 'Whether the audit log is unchanged. Reads all of it.',
      withinMs: 60_000,
      query: auditChainQuery,
      answer: auditChain,
      handle: async ({ query }) => {
        const { entries, brokenAt, signedFrom } = await checked(audit, signer, headOf(query.head));
        return { whole: brokenAt === null, entries, brokenAt, signedFrom };
      },
    }),
  ];
}

const TRIES = 3;

/** Entries written during the check are not signed yet: only an entry that is wrong twice counts as wrong. */
async function checked(audit: AuditTools['audit'], signer: AuditSigner, head: Head | null) {
  let before: number | null = null;
  for (let tried = 1; ; tried += 1) {
    await signer.sign();
    const check = await checkAudit(audit, signer, head);
    if (check.brokenAt === null || check.brokenAt === before || tried === TRIES) return check;
    before = check.brokenAt;
  }
}

function headOf(head: string | undefined): Head | null {
  if (head === undefined) return null;
  const [number = '', hash = ''] = head.split(':');
  return { number: Number(number), hash };
}

function numberOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw invalidParameter('cursor', 'not a valid cursor');
  return Number(cursor);
}
