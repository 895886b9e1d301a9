import { useEffect, useEffectEvent } from 'react';
import { dialogIsOpen } from './open-dialogs.ts';

/** Whether a key press is for the page: not in a field, not under a dialog, not with Ctrl, Alt or Meta. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || dialogIsOpen())
    return false;
  const target = event.target instanceof HTMLElement ? event.target : null;
  return !target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]');
}

/** Calls `act` when the key is pressed on a page. */
export function useKey(key: string, act: () => void): void {
  const onPress = useEffectEvent(act);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== key || !isForPage(event)) return;
      event.preventDefault();
      onPress();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [key]);
}
