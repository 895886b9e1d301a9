import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where the set-up installs Chromium on Debian, and where other systems have it. */
const PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Without the network requests that a browser makes on its own. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real Chromium, headless. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath)
    throw new Error(
      'Chromium not found: run node scripts/set-up.mjs tests to install it, or set CHROMIUM_PATH',
    );
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}
