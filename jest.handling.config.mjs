import config from './jest.config.mjs';

/** npm run test:handling: handlers, each run in a process of its own that misbehaves or dies. */
const handlers = {
  ...config,
  testMatch: ['<rootDir>/test/handlers/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};

export default handlers;
