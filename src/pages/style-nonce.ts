/** The nonce that the CSP of this answer allows styles by. The attribute itself is hidden; the property is not. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
