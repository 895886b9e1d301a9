import config from './jest.config.mjs';

/** npm run test:image: builds the production image's content by its Dockerfile, with packages from the registry. */
const image = {
  ...config,
  testMatch: ['<rootDir>/test/image/**/*.test.ts'],
  testPathIgnorePatterns: [],
};

export default image;
