import { useEffect, useRef } from 'react';
import { dialogIsOpen } from './components/open-dialogs.ts';

/** Whether a key is meant for the page: not for a field, not under a dialog, and not with Ctrl, Alt or Meta. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || dialogIsOpen())
    return false;
  const target = event.target instanceof HTMLElement ? event.target : null;
  return !target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]');
}

/** Does something when a key is pressed on a page. */
export function useKey(key: string, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== key || !isForPage(event)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [key]);
}
