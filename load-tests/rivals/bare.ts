import type { Rival } from './rival.ts';

/** The ceiling for acknowledgements: Express and HMAC, with nothing stored. */
export const bare: Rival = {
  about: 'Express and HMAC alone, with nothing stored',
  accept: async () => async () => 'accepted',
};
