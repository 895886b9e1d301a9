import type { Rival } from './rival.ts';

/** The ceiling for acknowledgements: Express and HMAC, and nothing is kept. */
export const bare: Rival = {
  about: 'Express and HMAC alone, nothing kept',
  accept: async () => async () => 'accepted',
};
