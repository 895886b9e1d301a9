import { keyCursor, readKeyCursor } from '../cursors.ts';
import { verifiedPage, verifyQuery, type VerifiedPage } from '../shapes/verify.ts';
import type { KeyFilter } from '../stories/next-keys.ts';
import { route, type Route } from './route.ts';

export interface VerifyTools {
  verify: (filter: KeyFilter) => Promise<VerifiedPage>;
}

export function verifyRoutes({ verify }: VerifyTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/verify',
      role: 'operator',
      scope: 'named',
      about: 'Compares a page of orders with their journals. Changes nothing.',
      query: verifyQuery,
      withinMs: 60_000,
      answer: verifiedPage,
      handle: async ({ query: { cursor, ...filter } }) => {
        const verified = await verify({ ...filter, after: readKeyCursor(cursor) });
        return { ...verified, cursor: keyCursor(verified.cursor) };
      },
    }),
  ];
}
