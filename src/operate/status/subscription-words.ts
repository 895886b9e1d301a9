/** The problems of a shop's subscriptions in words, with what to do about them. */
export function subscriptionWords({ missing, doubled }: { missing: string[]; doubled: string[] }): string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `The merchant did not grant the scope that ${listed(missing)} ${missing.length === 1 ? 'needs' : 'need'}, so ` +
            'Shopify does not send such webhooks. The merchant grants it by opening the app in the Shopify admin.',
        ]),
    ...(doubled.length === 0
      ? []
      : [
          `${listed(doubled)} ${doubled.length === 1 ? 'is' : 'are'} also subscribed through the Admin API: each ` +
            'webhook arrives twice and is applied once. Delete those subscriptions there; Lockstep does not change them.',
        ]),
  ];
}

const NAMED = 3;

function listed(topics: string[]): string {
  const named = topics.slice(0, NAMED).join(', ');
  return topics.length > NAMED ? `${named} and ${topics.length - NAMED} more` : named;
}
