import type { Act, AuditLog } from './audit-log.ts';
import type { Collections } from './collections.ts';

/** Automatic actions that another process continues after a crash. */
export const CONTINUED = ['compliance.ask', 'compliance.redact', 'shop.scopes', 'shop.uninstall'] as const;
export type Continued = (typeof CONTINUED)[number];

/** An action whose reason, an event's id, distinguishes it from other actions with the same target. */
type OnceAct = Act & { action: Continued; reason: string };

/** Records actions that may begin again after a crash, in one audit entry each. */
export interface AuditedOnce {
  /** @returns the entry's number, the same if the action begins again */
  begin: (act: OnceAct) => Promise<number>;
  /** An entry that has already ended stays unchanged. */
  end: (entry: number, detail: string) => Promise<void>;
}

export function createAuditedOnce(audit: Collections['audit'], log: AuditLog): AuditedOnce {
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
