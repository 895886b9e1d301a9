import type { Act, AuditLog } from './audit-log.ts';
import type { Collections } from './collections.ts';

/** Acts that another process continues after a crash; no person begins them. */
export const CONTINUED = ['compliance.ask', 'compliance.redact', 'shop.scopes', 'shop.uninstall'] as const;
export type Continued = (typeof CONTINUED)[number];

/** An act whose reason tells it from all others of its target: an event's id. */
type OnceAct = Act & { action: Continued; reason: string };

/** Writes down what may be begun again after a crash, and is one entry of the audit all the same. */
export interface AuditedOnce {
  /** @returns its number, the same when it is begun again */
  begin: (act: OnceAct) => Promise<number>;
  /** One that ended stays as it is. */
  end: (entry: number, detail: string) => Promise<void>;
}

export function auditedOnce(audit: Collections['audit'], log: AuditLog): AuditedOnce {
  return {
    begin: async (act) => {
      const { target, action, reason } = act;
      const begun = await audit
        .findOne({ target, action, reason }, { _id: 1 })
        .sort({ _id: -1 })
        .lean<{ _id: number }>();
      return begun?._id ?? (await log.begin(act));
    },
    end: (entry, detail) => log.end(entry, 'done', detail),
  };
}
