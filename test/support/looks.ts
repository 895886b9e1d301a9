import path from 'node:path';
import type { Page } from 'playwright-core';
import { barriersOf } from './barriers.ts';
import { until } from './until.ts';

const IN_PAGE = path.resolve(import.meta.dirname, 'looks-in-page.mjs');
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 800 };
/** Content that is still loading is checked again; a fault that persists this long counts. */
const LASTING_MS = 16_000;
/** A page may load while others do. */
const LOADED_MS = 60_000;
/** The sum of layout shifts that web.dev calls good. */
const MOST_JUMPS = 0.1;

/** From now on, every page of this tab can be checked. */
export async function preparePage(page: Page): Promise<void> {
  await page.addInitScript({ path: IN_PAGE });
}

/** Goes to a page, and waits until its data is there. */
export async function openAt(page: Page, url: string): Promise<void> {
  await page.setViewportSize(DESK);
  await page.goto(url, { timeout: LOADED_MS });
  // Not the h1 of a page that does not know yet who is signed in.
  await page.locator('#main h1').waitFor({ timeout: LOADED_MS });
  const waiting = page.locator('#main .mantine-Skeleton-root');
  await until(async () => (await waiting.count()) === 0, LOADED_MS, 'what the page asked for');
}

/** Waits until the stream has updated the page this many times. */
export async function samplesArrive(page: Page, samples: number): Promise<void> {
  const mark = page.locator('.live-mark');
  let last = await mark.innerText();
  for (let arrived = 0; arrived < samples; arrived += 1) {
    await until(async () => (await mark.innerText()) !== last, LOADED_MS, 'the next sample');
    last = await mark.innerText();
  }
}

/** What has moved since the page was opened, if it is more than acceptable. */
export async function jumpsOf(page: Page): Promise<string[]> {
  const shifts = (await page.evaluate('looks.shifts')) as { value: number; what: string[] }[];
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  if (sum < MOST_JUMPS) return [];
  return shifts.map(({ value, what }) => `jumped by ${value.toFixed(3)}: ${what.join(', ')}`);
}

/**
 * Faults in a page's layout, in words: accessibility, overlaps, text that is cut off, a page wider than its
 * window; on a desktop and on a phone.
 */
export async function faultsOf(page: Page, colorScheme: 'light' | 'dark' = 'light'): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  const atDesk = await lasting(async () => [...(await barriersOf(page)), ...(await misplaced(page))]);
  await page.setViewportSize(PHONE);
  const onPhone = await lasting(() => misplaced(page));
  await page.setViewportSize(DESK);
  return [...atDesk, ...onPhone.map((fault) => `on a phone: ${fault}`)];
}

async function misplaced(page: Page): Promise<string[]> {
  const all = '[...looks.overlaps(), ...looks.overlapsAtEnd(), ...looks.cutOff(), ...looks.tooWide()]';
  return (await page.evaluate(all)) as string[];
}

async function lasting(look: () => Promise<string[]>): Promise<string[]> {
  let found = ['nothing was visible'];
  await until(async () => (found = await look()).length === 0, LASTING_MS).catch(() => undefined);
  return found;
}
