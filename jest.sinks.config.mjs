import config from './jest.config.mjs';

/**
 * npm run test:sinks: each kind of destination with a real server of its kind, and rivals that need such a server. The
 * tests start their servers themselves; they do not use the Redis and the MongoDB that the other tests share.
 */
const { globalSetup: _setup, globalTeardown: _teardown, ...usual } = config;

const sinks = {
  ...usual,
  testMatch: ['<rootDir>/test/sinks/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};

export default sinks;
