import config from './jest.config.mjs';

/**
 * npm run test:sales: whole sales, races and rivals of the load tests, each with the programs that it needs, and a
 * reconciliation of 5,000 orders.
 */
const sales = {
  ...config,
  testMatch: ['<rootDir>/test/sales/**/*.test.ts'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};

export default sales;
