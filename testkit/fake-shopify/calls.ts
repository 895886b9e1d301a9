/** How often each kind of request came from a shop. `refreshes` and `exchanges` count refused ones too. */
export const NO_CALLS = {
  authorize: 0,
  codes: 0,
  exchanges: 0,
  refreshes: 0,
  refusedGrants: 0,
  queries: 0,
  unauthorized: 0,
  throttled: 0,
  points: 0,
  downloads: 0,
};

export type Calls = typeof NO_CALLS;
