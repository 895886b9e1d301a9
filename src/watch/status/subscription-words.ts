/** What was found of a shop's subscriptions, in words for whoever can do something about it. */
export function subscriptionWords({ missing, doubled }: { missing: string[]; doubled: string[] }): string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `The merchant did not grant what ${listed(missing)} ${missing.length === 1 ? 'needs' : 'need'}: Shopify ` +
            'does not send them. The merchant grants it by opening the app in the Shopify admin.',
        ]),
    ...(doubled.length === 0
      ? []
      : [
          `${listed(doubled)} ${doubled.length === 1 ? 'is' : 'are'} also subscribed through the Admin API: each ` +
            'webhook comes twice, and is taken once. Delete those subscriptions there; Lockstep leaves them alone.',
        ]),
  ];
}

const NAMED = 3;

function listed(topics: string[]): string {
  const named = topics.slice(0, NAMED).join(', ');
  return topics.length > NAMED ? `${named} and ${topics.length - NAMED} more` : named;
}
