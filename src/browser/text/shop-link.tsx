import { Link } from 'wouter';
import { visible } from './visible.ts';

/** @param short without `.myshopify.com`, which every shop has */
export function ShopLink({ shop, short = false }: { shop: string; short?: boolean }) {
  const name = short ? shop.replace(/\.myshopify\.com$/, '') : shop;
  return (
    <Link
      className="link"
      href={`/shops/${encodeURIComponent(shop)}`}
      title={short ? visible(shop) : undefined}
    >
      {visible(name).slice(0, 80)}
    </Link>
  );
}
