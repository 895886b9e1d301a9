import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** The names that a Chromium on the path may have, as in scripts/set-up.mjs. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

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
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const places = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const executablePath = [process.env.CHROMIUM_PATH, ...places].find((place) => place && existsSync(place));
  if (!executablePath)
    throw new Error(
      'Chromium not found: run node scripts/set-up.mjs pages to install it, or set CHROMIUM_PATH',
    );
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}
