/** The code of an error of Node or a client library; its name if it was aborted by a time limit. */
export function codeOfError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'TimeoutError') return 'TIMEOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
