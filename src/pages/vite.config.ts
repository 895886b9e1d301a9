import { defineConfig } from 'vite';

/** `npx vite build src/pages` builds the pages into dist/pages, which the dashboard serves. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/pages',
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
