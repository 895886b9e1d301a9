import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Any other name would link to someone else's site. */
const SHOP = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/** The address of a page in the shop's admin at Shopify; null if this is not the domain of a shop at Shopify. */
export function adminPage(shop: string, ...path: readonly string[]): string | null {
  return SHOP.test(shop) ? `https://${shop}/admin/${path.map(encodeURIComponent).join('/')}` : null;
}

/** A link to it, in a new tab. */
export function ShopifyLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className="link shopify-link" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <IconExternalLink size={14} aria-hidden />
      <span className="unseen"> (opens in a new tab)</span>
    </a>
  );
}
