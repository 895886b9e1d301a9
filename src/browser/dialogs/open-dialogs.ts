/** How many dialogs are open: the page below a dialog does not change while it is open. */
let open = 0;

/** @returns to be called when the dialog closes */
export function dialogOpened(): () => void {
  open += 1;
  return () => {
    open -= 1;
  };
}

export function dialogIsOpen(): boolean {
  return open > 0;
}
