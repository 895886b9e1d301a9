import { registerHooks } from 'node:module';
import path from 'node:path';

/**
 * `lockstep/…` is this copy of Lockstep, wherever a handler's file is. Loaded with `node --import` before the user's
 * code.
 */
const EXTENSION = path.extname(import.meta.filename);
const OWN = /^lockstep\/(handlers|testing|orders)$/;

registerHooks({
  resolve: (specifier, context, next) => {
    const name = OWN.exec(specifier)?.[1];
    const own = name === undefined ? specifier : new URL(`../${name}${EXTENSION}`, import.meta.url).href;
    return next(own, context);
  },
});
