import { Link } from 'wouter';
import { visible } from '../text/visible.ts';

/** The path of a destination's page. */
export function destinationPage(name: string): string {
  return `/destinations/${encodeURIComponent(name)}`;
}

export function DestinationLink({ name }: { name: string }) {
  return (
    <Link className="link" href={destinationPage(name)}>
      {visible(name).slice(0, 63)}
    </Link>
  );
}
