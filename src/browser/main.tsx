import '@mantine/core/styles.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { styleNonce } from './style-nonce.ts';

// The scroll lock behind dialogs adds a <style> too, and takes its nonce from here.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
