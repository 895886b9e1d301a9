import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import type { ManifestFile } from './layers.ts';

const HEADER = '# Made by `npm run manifests`. Change it in a kustomization of your own.';

/** The text of a manifest's file. */
export async function rendered({ path: file, documents }: ManifestFile): Promise<string> {
  const text = [HEADER, ...documents.map((each) => stringify(each, { lineWidth: 0 }).trimEnd())].join(
    '\n---\n',
  );
  const place = path.join(import.meta.dirname, file);
  return await format(text, { ...(await resolveConfig(place)), filepath: place });
}
