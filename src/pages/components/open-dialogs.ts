/** How many dialogs are open: what lies under one does not change while somebody reads and types. */
let open = 0;

/** @returns how to say that it closed */
export function dialogOpened(): () => void {
  open += 1;
  return () => {
    open -= 1;
  };
}

export function dialogIsOpen(): boolean {
  return open > 0;
}
