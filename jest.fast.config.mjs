import config from './jest.config.mjs';
import { fastTests } from './test/support/fast-tests.ts';

/** npm run test:fast: the tests that need no server, no program and no browser; none is started. */
const { globalSetup: _setup, globalTeardown: _teardown, reporters: _reporters, ...usual } = config;

const fast = {
  ...usual,
  testMatch: fastTests(import.meta.dirname).map((file) => `<rootDir>/${file}`),
  setupFilesAfterEnv: [...usual.setupFilesAfterEnv, '<rootDir>/test/support/short-properties.ts'],
};

export default fast;
