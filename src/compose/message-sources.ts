import { createBodyKeeper } from '../persist/body-keeper.ts';
import { streamJournaled, webhookIdsOf } from '../persist/journaled.ts';
import { createCauses } from '../persist/causes.ts';
import { createSetOffStore } from '../persist/set-off-store.ts';
import { createOrderStore } from '../persist/order-store.ts';
import type { MessageSources } from '../publish/messages.ts';
import type { Resources } from './resources.ts';

/** What messages to destinations are made from. */
export function messageSourcesOf({
  config,
  mongo,
  collections,
}: Pick<Resources, 'config' | 'mongo' | 'collections'>): MessageSources {
  const orders = createOrderStore(mongo.getClient(), collections, () => undefined);
  return {
    load: orders.load,
    journaled: (order) => streamJournaled(collections.events, order),
    keepBody: createBodyKeeper(config.ORDER_BODY),
    webhookIds: webhookIdsOf(collections.events),
    bodies: createSetOffStore(collections).bodies,
    causes: createCauses(collections).of,
  };
}
