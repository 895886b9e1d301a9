import { applyWebhook } from './apply.ts';
import { acceptOnce } from './once.ts';
import type { Rival } from './rival.ts';

/** The naive approach: the handler itself reads, changes and writes, then answers. */
export const withoutQueue: Rival = {
  about: 'a handler that reads, changes and writes',
  accept: async (ground) => {
    const store = await ground.store();
    return acceptOnce(await ground.redis(), ground, (webhook) => applyWebhook(webhook, store));
  },
};
