/** What a good verdict does not show. Part of every report, so that no figure is quoted without it. */
export const NOT_MEASURED = [
  "Separate machines. The client, Redis, MongoDB and Lockstep share this machine's cores; on separate machines, the absolute figures differ.",
  'The network. Everything is on loopback: no TLS, no distance, no lost packets.',
  'A MongoDB replica set. The database is an embedded alpha engine on one node: the cost of a commit on a majority of three is not included.',
  "Shopify's retries. Shopify retries for hours; here, a webhook without a 200 is sent again within the run.",
  'Failures. Nothing is killed, disconnected or filled up here: npm run faults does that.',
  'Real bodies. They are generated, in the sizes given under the plan.',
] as const;
