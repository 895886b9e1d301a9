import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import express, { type Response, type Router } from 'express';
import { asksForPage } from '../asks-for-page.ts';
import { POLICIES } from '../headers.ts';
import { Refusal } from '../refusal.ts';

/** Where `vite build` puts the pages. The path is the same from src/ and from dist/. */
const BUILT = path.resolve(import.meta.dirname, '..', '..', '..', 'dist', 'browser');
/** The placeholder in the built index.html for this response's nonce. */
const NONCE = '__CSP_NONCE__';
const NOT_BUILT = 'The pages are not built: run npm run build:pages. The API is available under /api.\n';

/**
 * Serves the built pages. Assets are named by their contents and may be cached forever. index.html answers
 * every other address that a browser requests, because the page does its own routing; it is never cached.
 */
export function pagesRouter(folder = BUILT): Router {
  const router = express.Router();
  const index = freshText(path.join(folder, 'index.html'));
  const files = (place: string, kept: string) =>
    express.static(place, {
      index: false,
      redirect: false,
      setHeaders: (response) => void response.setHeader('cache-control', kept),
    });
  router.use('/assets', files(path.join(folder, 'assets'), 'public, max-age=31536000, immutable'));
  router.use('/assets', () => {
    throw new Refusal('not_found', 'no such asset of the dashboard');
  });
  // Served as a plain file, the page would lack its nonce and stay blank.
  router.get('/index.html', (_request, response) => response.redirect(308, './'));
  router.use(files(folder, 'no-cache'));
  router.get('/{*any}', (request, response, next) => {
    if (!asksForPage(request)) return next();
    sendIndex(index(), response);
  });
  return router;
}

function sendIndex(html: string | null, response: Response): void {
  if (html === null) {
    response.status(503).type('text/plain').send(NOT_BUILT);
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  response.set('content-security-policy', POLICIES.page(nonce));
  response.set('cache-control', 'no-store');
  response.type('html').send(html.replaceAll(NONCE, nonce));
}

/** A file's text, read again after a new build. Null if the file does not exist. */
function freshText(file: string): () => string | null {
  let text: string | null = null;
  let readAt = 0;
  return () => {
    if (!existsSync(file)) return null;
    const changedAt = statSync(file).mtimeMs;
    if (text === null || changedAt !== readAt) text = withMeta(readFileSync(file, 'utf8'));
    readAt = changedAt;
    return text;
  };
}

/** Mantine reads the nonce for its styles from this element. */
function withMeta(html: string): string {
  if (html.includes('property="csp-nonce"')) return html;
  return html.replace('<head>', `<head>\n    <meta property="csp-nonce" nonce="${NONCE}" />`);
}
