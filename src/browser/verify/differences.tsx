import type { VerifiedPage } from '../../operate/shapes/verify.ts';
import { Plain } from '../text/plain.tsx';

type WrongRow = Pick<VerifiedPage['wrong'][number], 'differences' | 'damage'>;

/** The fields in which an order differs from its journal, with both values. */
export function Differences({ differences, damage }: WrongRow) {
  return (
    <ul className="differences">
      {damage.map((words) => (
        <li key={words}>
          <Plain text={words} max={300} />
        </li>
      ))}
      {differences.map(({ field, stored, rebuilt }) => (
        <li key={field}>
          <code>{field}</code>: stored <Value text={stored} />, rebuilt <Value text={rebuilt} />
        </li>
      ))}
    </ul>
  );
}

function Value({ text }: { text: string | null }) {
  return text === null ? <span className="dim">nothing</span> : <Plain text={text} max={130} />;
}
