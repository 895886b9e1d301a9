import { Router } from 'express';

/**
 * The two scripts that an embedded page loads from Shopify, as far as Lockstep's page uses them: App Bridge,
 * which provides a session token, and the page's web components.
 */
export function cdnRoutes(): Router {
  const router = Router();
  router.get('/app-bridge.js', (_request, response) => {
    response.type('js').send(APP_BRIDGE);
  });
  router.get('/polaris.js', (_request, response) => {
    response.type('js').send(POLARIS);
  });
  return router;
}

/**
 * The token is the one with which the admin opened the page. When it expires, the admin opens the page again.
 */
const APP_BRIDGE = `
const opened = new URLSearchParams(location.search);
const admin = new URL(document.currentScript.src).origin + '/' + opened.get('shop') + '/admin/apps/'
  + document.querySelector('meta[name=shopify-api-key]').content;
window.shopify = {
  idToken: () => {
    const token = opened.get('id_token') ?? '';
    const { exp = 0 } = JSON.parse(atob((token.split('.')[1] ?? 'e30').replaceAll('-', '+').replaceAll('_', '/')));
    if (exp * 1000 < Date.now() + 5000) location.assign(admin);
    return Promise.resolve(token);
  },
};
`;

const POLARIS = `
const style = document.createElement('style');
style.textContent = 'body{font:15px/1.6 system-ui;margin:2rem auto;max-width:44rem;padding:0 1rem;background:#f1f1f1}'
  + 's-page,s-section,s-stack>s-text,s-list-item{display:block}[hidden]{display:none}'
  + 's-section{background:#fff;border-radius:12px;padding:1rem;margin:1rem 0;box-shadow:0 1px 2px #0002}';
document.head.append(style);
for (const [name, level, role] of [['s-page', 'h1', 'main'], ['s-section', 'h2', null]])
  customElements.define(name, class extends HTMLElement {
    connectedCallback() {
      this.role = role;
      const text = this.getAttribute('heading');
      if (text && !this.querySelector(':scope > ' + level)) this.prepend(Object.assign(document.createElement(level), { textContent: text }));
    }
  });
`;
