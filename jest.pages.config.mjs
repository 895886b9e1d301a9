import config from './jest.config.mjs';
import { pageTests } from './test/support/fast-tests.ts';

/** npm run test:pages: the tests that open the pages in a real Chromium. */
const pages = {
  ...config,
  testMatch: pageTests(import.meta.dirname).map((file) => `<rootDir>/${file}`),
  testPathIgnorePatterns: [],
};

export default pages;
