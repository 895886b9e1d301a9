/** What a good verdict does not say. Stands in every report, so that no figure travels without it. */
export const NOT_MEASURED = [
  "A machine of its own. The client, Redis, MongoDB and Lockstep share this machine's cores: on machines of their own the absolute figures are others.",
  'The network. Everything is on loopback: no TLS, no distance, no lost packets.',
  'A MongoDB replica set. The database is an embedded engine in alpha, on one node: what a commit costs on a majority of three is not in here.',
  "Shopify's retries. It tries again for hours; here a webhook without a 200 is sent again within the run.",
  'Failures. Nothing is killed, cut or filled up here: npm run faults does that.',
  'Real bodies. They are generated, in the sizes given under the plan.',
] as const;
