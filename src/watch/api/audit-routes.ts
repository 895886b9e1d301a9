import { checkAudit, readAudit } from '../../persist/audit-log.ts';
import type { Collections } from '../../persist/collections.ts';
import { actView } from '../stories/acts.ts';
import { auditChain, auditPage, auditQuery } from '../shapes/audit.ts';
import { Refusal } from './refusal.ts';
import { route, type Route } from './route.ts';

export interface AuditTools {
  audit: Collections['audit'];
}

/** What people did. There is no route that changes it. */
export function auditRoutes({ audit }: AuditTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      role: 'viewer',
      about: 'Who did what to this Lockstep, when and why, newest first.',
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
      about: 'Whether the audit is as it was written: goes over all of it.',
      withinMs: 60_000,
      answer: auditChain,
      handle: async () => {
        const { entries, brokenAt } = await checkAudit(audit);
        return { whole: brokenAt === null, entries, brokenAt };
      },
    }),
  ];
}

function numberOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw new Refusal('bad_request', 'cursor: is no cursor of ours');
  return Number(cursor);
}
