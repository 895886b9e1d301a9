import config from './jest.config.mjs';

/**
 * npm run test:sinks: each kind of destination with a real server of its kind, which the test starts. They need neither
 * the Redis nor the MongoDB of the other tests.
 */
const { globalSetup: _setup, globalTeardown: _teardown, ...usual } = config;

const sinks = {
  ...usual,
  testMatch: ['<rootDir>/test/sinks/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};

export default sinks;
