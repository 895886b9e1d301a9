import { openBrowser } from './scripts/local/chromium.ts';
import { readLocal } from './scripts/local/state.ts';
import { faultsOf, openAt, preparePage } from './test/support/looks.ts';
const local = readLocal()!;
const url = local.dashboardUrl;
const browser = await openBrowser();
const context = await browser.newContext({
  viewport: { width: 1280, height: 900 },
  reducedMotion: 'reduce',
  bypassCSP: true,
});
await context.request.post(`${url}/api/session`, { data: { token: local.adminToken } });
const page = await context.newPage();
await preparePage(page);
for (const [name, place] of [
  ['overview', '/'],
  ['order', '/orders/example.myshopify.com/5820001001000'],
  ['orders', '/orders'],
  ['shops', '/shops'],
  ...process.argv.slice(2).map((p) => [p.replaceAll('/', '_'), p]),
] as const) {
  for (const scheme of ['light', 'dark'] as const) {
    await openAt(page, url + place);
    console.log(name, scheme, await faultsOf(page, scheme));
    await page.screenshot({ path: `/tmp/told-${name}-${scheme}.png` });
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: `/tmp/told-${name}-390.png` });
}
await browser.close();
