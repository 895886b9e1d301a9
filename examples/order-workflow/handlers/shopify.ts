import type { HandlerShopify } from 'lockstep/handlers';

/** Marks the holds of this workflow. A hold with this handle exists once, so it may be asked for again. */
const HANDLE = 'out-of-stock';
const IS_HELD = 'DUPLICATE_FULFILLMENT_HOLD_HANDLE';

interface FulfillmentOrder {
  id: string;
  status: string;
  fulfillmentHolds: { id: string; handle: string | null }[];
}

interface UserError {
  code: string | null;
}

/** Holds the order at Shopify, so that it is not packed. */
export async function hold(shopify: HandlerShopify, order: string | null, notes: string): Promise<void> {
  for (const { id } of await openOnes(shopify, order)) {
    const { fulfillmentOrderHold: done } = await shopify.graphql<{
      fulfillmentOrderHold: { userErrors: UserError[] };
    }>(
      `mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
        fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) { userErrors { code } }
      }`,
      { id, hold: { reason: 'INVENTORY_OUT_OF_STOCK', reasonNotes: notes, handle: HANDLE } },
    );
    refuse(done.userErrors.filter(({ code }) => code !== IS_HELD));
  }
}

/** Ends the hold that an earlier run requested. */
export async function endHold(shopify: HandlerShopify, order: string | null): Promise<void> {
  for (const { id, fulfillmentHolds } of await openOnes(shopify, order)) {
    const holdIds = fulfillmentHolds.filter(({ handle }) => handle === HANDLE).map((each) => each.id);
    if (holdIds.length === 0) continue;
    const { fulfillmentOrderReleaseHold: done } = await shopify.graphql<{
      fulfillmentOrderReleaseHold: { userErrors: UserError[] };
    }>(
      `mutation EndHold($id: ID!, $holdIds: [ID!]) {
        fulfillmentOrderReleaseHold(id: $id, holdIds: $holdIds) { userErrors { code } }
      }`,
      { id, holdIds },
    );
    refuse(done.userErrors);
  }
}

async function openOnes(shopify: HandlerShopify, order: string | null): Promise<FulfillmentOrder[]> {
  const { order: found } = await shopify.graphql<{
    order: { fulfillmentOrders: { nodes: FulfillmentOrder[] } } | null;
  }>(
    `query Fulfilment($id: ID!) {
      order(id: $id) {
        fulfillmentOrders(first: 10) { nodes { id status fulfillmentHolds { id handle } } }
      }
    }`,
    { id: `gid://shopify/Order/${order}` },
  );
  const all = found?.fulfillmentOrders.nodes ?? [];
  return all.filter(({ status }) => status === 'OPEN' || status === 'ON_HOLD');
}

/** Shopify did not do it, and answered 200. The code says why. */
function refuse([error]: readonly UserError[]): void {
  if (error) throw Object.assign(new Error('Shopify refused it'), { code: error.code ?? 'REFUSED' });
}
