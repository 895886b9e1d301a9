/** The code of an error of Node or a client library; its name if it was aborted by a time limit. */
export function codeOfError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'TimeoutError') return 'TIMEOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Errors of a certificate, and of TLS. */
const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO/;

/** Why nothing was sent: the connection could not be opened. */
export function whyUnreachable(code: string): string {
  return CERTIFICATE.test(code)
    ? `its certificate is not accepted: ${code}`
    : `it cannot be reached: ${code}`;
}
