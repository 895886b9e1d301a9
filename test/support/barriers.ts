import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

/** What prevents people with a screen reader, a keyboard or weak eyes from using a page, or the parts that match. */
export async function barriersOf(page: Page, part?: string): Promise<string[]> {
  // No page has frames: one script in it finds the same as one in each frame, in half the time.
  const all = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (part === undefined ? all : all.include(part)).analyze();
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`,
  );
}

/** Whether a page is wider than its window. */
export async function isWider(page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
}

/** Takes a screenshot if SHOTS names a folder: to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  const { SHOTS } = process.env;
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

const DESK = 1280;
const PHONE = 390;

/** In both colour schemes, and at the width of a phone. */
export async function expectReadable(page: Page, name: string, part: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', DESK],
    ['dark', DESK],
    ['light', PHONE],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const found = [await isWider(page), await barriersOf(page, part)];
    expect([name, colorScheme, width, ...found]).toEqual([name, colorScheme, width, false, []]);
    await shoot(page, `${name}-${colorScheme}-${width}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: DESK, height: 900 });
}
