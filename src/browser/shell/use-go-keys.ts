import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { PAGES } from './routes.tsx';
import { isForPage } from '../dialogs/use-key.ts';

/** How long after `g` the letter of a page counts. */
const LETTER_MS = 1500;

/** `g` and a letter open a page. */
export function useGoKeys(): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let pressedG = -Infinity;
    const onKey = (event: KeyboardEvent) => {
      if (!isForPage(event)) return;
      if (event.key === 'g') {
        pressedG = event.timeStamp;
        return;
      }
      const row = PAGES.find(({ key }) => key === event.key);
      if (!row || event.timeStamp - pressedG > LETTER_MS) return;
      // The letter is consumed: a page's own key, such as r, does not act on it.
      event.preventDefault();
      event.stopImmediatePropagation();
      pressedG = -Infinity;
      navigate(row.path);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [navigate]);
}
