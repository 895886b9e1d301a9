import path from 'node:path';

/** Only names and braces occur between `import` and `from`: a match never runs into the next statement. */
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[\w\s{},*$]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** The imports of a source, as they are written. */
export function importsIn(source: string): { target: string; typesOnly: boolean }[] {
  return [...source.matchAll(IMPORT)].map(([, isType, from, bare, dynamic]) => ({
    target: from ?? bare ?? dynamic ?? '',
    typesOnly: isType !== undefined,
  }));
}

/**
 * Everything that is loaded with a file, and the file itself: files by their path in the project, packages as they are
 * imported. Types are not loaded.
 * @param read null: a package, or a file that imports nothing of interest
 */
export function loadedBy(file: string, read: (file: string) => string | null): Set<string> {
  const loaded = new Set([file]);
  for (const each of loaded)
    for (const { target, typesOnly } of importsIn(read(each) ?? ''))
      if (!typesOnly)
        loaded.add(target.startsWith('.') ? path.posix.join(path.posix.dirname(each), target) : target);
  return loaded;
}
