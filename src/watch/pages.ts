import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import express, { type Response, type Router } from 'express';
import { asksForPage } from './api/on-error.ts';
import { Refusal } from './api/refusal.ts';
import { POLICIES } from './headers.ts';

/** Beside src/ and dist/ alike: where `vite build` puts the pages. */
const BUILT = path.resolve(import.meta.dirname, '..', '..', 'dist', 'pages');
/** What the built index.html has where this answer's nonce belongs. */
const NONCE = '__CSP_NONCE__';
const NOT_BUILT = 'The pages are not built: npm run build:pages builds them. The API is there, under /api.\n';

/**
 * Serves the built pages. Their files are named by their contents and may be kept for ever; index.html answers every
 * other address that a browser asks for, because the page itself knows its own, and is never kept.
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
    throw new Refusal('not_found', 'no such file of the pages');
  });
  // As a file it would be a page without its nonce, and blank.
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

/** A file's text; read again when it was built anew. Null where it is not there. */
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

/** Mantine puts the nonce on its styles; it reads it here. */
function withMeta(html: string): string {
  if (html.includes('property="csp-nonce"')) return html;
  return html.replace('<head>', `<head>\n    <meta property="csp-nonce" nonce="${NONCE}" />`);
}
