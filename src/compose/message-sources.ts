import { createBodyKeeper } from '../persist/body-keeper.ts';
import { streamJournaled, webhookIdsOf } from '../persist/journaled.ts';
import { createCauses } from '../persist/causes.ts';
import { createSetOffStore } from '../persist/set-off-store.ts';
import { loadForMessages } from '../persist/orders-for-messages.ts';
import type { MessageSources } from '../publish/messages.ts';
import type { Resources } from './resources.ts';

/** What messages to destinations are made from. */
export function messageSourcesOf({
  config,
  collections,
}: Pick<Resources, 'config' | 'collections'>): MessageSources {
  return {
    load: loadForMessages(collections),
    journaled: (order) => streamJournaled(collections.events, order),
    keepBody: createBodyKeeper(config.ORDER_BODY),
    webhookIds: webhookIdsOf(collections.events),
    bodies: createSetOffStore(collections).bodies,
    causes: createCauses(collections).of,
  };
}
