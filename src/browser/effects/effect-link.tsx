import { Link } from 'wouter';
import { visible } from '../text/visible.ts';

/** Leads to the effect's page. */
export function EffectLink({ id, text }: { id: string; text: string }) {
  return (
    <Link className="link" href={`/effects/${encodeURIComponent(id)}`}>
      {visible(text).slice(0, 80)}
    </Link>
  );
}
