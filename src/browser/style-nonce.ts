/** The nonce by which the page's CSP allows styles. Browsers hide the attribute from scripts, not the property. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
