import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { useGlobals } from './jest-globals.mjs';

/**
 * jest's own test runner, except that Node loads the modules, as in production. jest's loader loads every module
 * again for each test file, which took half of the CPU time of a whole run. Here, the test files of one worker share
 * all modules; only test files themselves, and those of `setupFilesAfterEnv`, are loaded for each run.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === '@jest/globals' ? import.meta.resolve('./jest-globals.mjs') : specifier, context),
});

/** `expect.any(String)` compares with these; jest's are those of a context of its own. */
const SHARED = [
  'Array',
  'BigInt',
  'Boolean',
  'Date',
  'Error',
  'Function',
  'Map',
  'Number',
  'Object',
  'Set',
  'String',
];

let runs = 0;

/** A jest `testRunner`: https://jestjs.io/docs/configuration#testrunner-string */
export default function run(globalConfig, config, environment, runtime, testPath, send) {
  runs += 1;
  const query = `?run=${runs}`;
  for (const name of SHARED) environment.global[name] = globalThis[name];
  runtime.setGlobalsForRuntime = useGlobals;
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = (file) => import(`${pathToFileURL(file).href}${query}`);
  return circus.default(globalConfig, config, environment, runtime, testPath, send);
}
