import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { manifestFiles } from '../deploy/kubernetes/layers.ts';
import { rendered } from '../deploy/kubernetes/render.ts';

/** npm run manifests: writes deploy/kubernetes/<layer>/*.yaml again. test/deploy/manifests.test.ts compares them. */
const folder = path.resolve(import.meta.dirname, '..', 'deploy', 'kubernetes');
for (const file of manifestFiles()) {
  const place = path.join(folder, file.path);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, await rendered(file));
}
