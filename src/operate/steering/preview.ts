import type { Preview, PreviewAsked } from '../shapes/preview.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import { refuseInvalid, type DestinationTools } from './destinations.ts';

/** What the newest changes of the caller's shops would set off at a destination with these settings. */
export async function previewDestination(
  { limit, shops, ...asked }: PreviewAsked,
  bounds: ShopBounds,
  tools: DestinationTools,
): Promise<Preview> {
  refuseInvalid(asked, [], tools);
  const seen = shops && bounds ? shops.filter((shop) => bounds.includes(shop)) : (shops ?? bounds);
  const changes = await tools.preview({ ...asked, shops: seen && [...seen] }, limit);
  return {
    changes: changes.map(({ occurredAt, ...change }) => ({
      ...change,
      occurredAt: occurredAt.toISOString(),
    })),
  };
}
