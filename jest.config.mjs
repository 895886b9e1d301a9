import path from 'node:path';
import { pageTests } from './test/support/fast-tests.ts';

// Tests start hundreds of programs: each takes its compiled sources from here.
process.env.NODE_COMPILE_CACHE ??= path.resolve(import.meta.dirname, '.lockstep', 'compiled');

/** Node strips the types itself; tests run against a real Redis and a real MongoDB engine. */
const config = {
  testEnvironment: 'node',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  testRunner: '<rootDir>/test/support/native-runner.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // npm run faults, npm run test:image, npm run test:sales, npm run test:sinks, test:handling, test:pages
  testPathIgnorePatterns: [
    '<rootDir>/test/faults/',
    '<rootDir>/test/image/',
    '<rootDir>/test/sales/',
    '<rootDir>/test/sinks/',
    '<rootDir>/test/handlers/',
    ...pageTests(import.meta.dirname).map((file) => `<rootDir>/${file}`),
  ],
  transform: {},
  globalSetup: '<rootDir>/test/support/start-servers.ts',
  globalTeardown: '<rootDir>/test/support/stop-servers.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/no-leaks.ts'],
  reporters: ['default', '<rootDir>/test/support/remember-failures.ts'],
  maxWorkers: 4,
  testTimeout: 120_000,
};

export default config;
