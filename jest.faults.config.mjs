import config from './jest.config.mjs';

/** npm run faults: what breaks, in real processes. Two at a time, because each starts many programs. */
const faults = {
  ...config,
  testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};

export default faults;
