import { searchAnswer, searchQuery } from '../shapes/orders.ts';
import type { Search } from '../stories/search.ts';
import { route, type Route } from './route.ts';

export function searchRoutes(search: Search): Route[] {
  return [
    route({
      method: 'get',
      path: '/search',
      role: 'viewer',
      scope: 'filtered',
      about:
        'Finds orders by name, id or key, including orders that have only parked or waiting events; and events by webhook id or the start of the hash.',
      query: searchQuery,
      answer: searchAnswer,
      handle: ({ query, who }) => search(query.q, who.shops),
    }),
  ];
}
