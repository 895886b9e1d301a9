import { IconUserCog } from '@tabler/icons-react';
import type { AuditEntry } from '../../operate/shapes/audit.ts';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

/** What an operator did to the order or to one of its events. */
export function ActRow({ act }: { act: AuditEntry }) {
  return (
    <div className="entry act" data-kind="act">
      <ToneBadge tone="info" icon={<IconUserCog size={14} aria-hidden />}>
        {act.action}
      </ToneBadge>
      <span>
        <b>
          <Plain text={act.who} max={60} />
        </b>{' '}
        ({act.role}), <When at={act.at} />
        {act.outcome !== 'done' && <b> – {act.outcome}</b>}
      </span>
      {act.reason && (
        <span>
          “<Plain text={act.reason} />”
        </span>
      )}
      {act.detail && (
        <span className="dim">
          <Plain text={act.detail} />
        </span>
      )}
    </div>
  );
}
