import { defineConfig } from 'vite';

/** For `npm run dev:pages`: the dashboard that answers the pages, by default that of npm start. */
const DASHBOARD = process.env.LOCKSTEP_URL ?? 'http://localhost:3001';

/**
 * `npx vite build src/browser` builds the pages into dist/browser, which the dashboard serves. `npx vite src/browser`
 * serves the sources, and loads a page again when its source changes.
 */
export default defineConfig({
  root: import.meta.dirname,
  // What the dashboard answers apart from the pages. /queues/ and /load-tests/ are folders of sources, too.
  server: { proxy: { '^/(api|docs|queues/raw)(/|$)': DASHBOARD, '^/load-tests/.+\\.html$': DASHBOARD } },
  build: {
    outDir: '../../dist/browser',
    emptyOutDir: true,
    // Small files inlined as data: URLs would need a weaker CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      // Mantine marks every file "use client". It has no effect here, but causes a thousand warnings.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
