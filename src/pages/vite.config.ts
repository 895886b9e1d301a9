import { defineConfig } from 'vite';

/** `npx vite build src/pages` builds the pages into dist/pages, from where the dashboard serves them. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/pages',
    emptyOutDir: true,
    // Small files as data: URLs would need more of the CSP than the pages have.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      // Mantine marks each of its files "use client", which is said to nobody here, in a thousand warnings.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
