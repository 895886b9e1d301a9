import { Link } from 'wouter';
import { visible } from './visible.ts';

export function ShopLink({ shop }: { shop: string }) {
  return (
    <Link className="link" href={`/shops/${encodeURIComponent(shop)}`}>
      {visible(shop).slice(0, 80)}
    </Link>
  );
}
