import { randomBytes } from 'node:crypto';
import type { Response } from 'express';

/** Where an embedded page must load Shopify's scripts from. A simulated Shopify has its own. */
function scriptsOf(standIn: string | undefined): string {
  return standIn ? new URL(standIn).origin : 'https://cdn.shopify.com';
}

/**
 * The page in the Shopify admin. It contains no data of the shop: its script fetches that from `/app/state`,
 * with the session token from App Bridge. Only this shop's admin may embed it.
 */
export function merchantPage(
  response: Response,
  shop: string,
  { apiKey, standIn }: { apiKey: string; standIn: string | undefined },
): void {
  const scripts = scriptsOf(standIn);
  const nonce = randomBytes(16).toString('base64url');
  response.set(
    'content-security-policy',
    policyOf(nonce, scripts, `https://${shop} https://admin.shopify.com`),
  );
  response.removeHeader('cross-origin-opener-policy');
  response.type('html').send(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="shopify-api-key" content="${escaped(apiKey)}" />
    <title>Lockstep</title>
    <script src="${scripts}/shopifycloud/app-bridge.js"></script>
    <script src="${scripts}/shopifycloud/polaris.js"></script>
  </head>
  <body>
    <s-page heading="Lockstep">
      <s-section><s-text id="sentence">Loading…</s-text></s-section>
      <s-section heading="Needs attention" id="attention" hidden><s-unordered-list></s-unordered-list></s-section>
      <s-section heading="Orders"><s-stack id="figures"></s-stack></s-section>
    </s-page>
    <script type="module" nonce="${nonce}">${SCRIPT}</script>
  </body>
</html>
`);
}

export function errorPage(response: Response, status: number, words: string): void {
  response.status(status).type('html').send(`<!doctype html>
<html lang="en"><meta charset="utf-8" /><title>Lockstep</title><h1>Lockstep</h1><p>${escaped(words)}</p></html>
`);
}

/** Shows the answer of `/app/state` as text. Updates every 10 s while the page is visible. */
const SCRIPT = `
const by = (id) => document.getElementById(id);
const make = (name, text) => Object.assign(document.createElement(name), { textContent: text });
let place = '/app/state?opened';
async function look() {
  const token = await shopify.idToken();
  const answer = await fetch(place, { headers: { authorization: 'Bearer ' + token } });
  const { sentence, attention, figures } = await answer.json();
  place = '/app/state';
  by('sentence').textContent = sentence;
  by('attention').hidden = attention.length === 0;
  by('attention').querySelector('s-unordered-list').replaceChildren(...attention.map((each) => make('s-list-item', each)));
  by('figures').replaceChildren(...figures.map(({ name, value }) => make('s-text', name + ': ' + value)));
}
async function lookAgain() {
  if (!document.hidden) await look().catch(() => (by('sentence').textContent = 'Lockstep is not responding. This page keeps trying.'));
  setTimeout(lookAgain, 10_000);
}
lookAgain();
`;

function policyOf(nonce: string, scripts: string, ancestors: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${scripts}`,
    // Polaris sets inline styles.
    `style-src 'unsafe-inline' ${scripts}`,
    `font-src ${scripts}`,
    `img-src data: ${scripts}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
