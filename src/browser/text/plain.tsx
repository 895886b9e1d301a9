import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { figure } from './figures.ts';
import { MOST_CHARACTERS, visible } from './visible.ts';

/** Text from outside: hidden characters are made visible; long text is cut, and a click shows the rest. */
export function Plain({ text, max = 300 }: { text: string; max?: number }) {
  const [all, setAll] = useState(false);
  if (text.length <= max) return <span className="plain">{visible(text)}</span>;
  const shown = text.slice(0, all ? MOST_CHARACTERS : max);
  return (
    <span className="plain">
      {visible(shown)}
      {shown.length < text.length && '…'}{' '}
      {all ? (
        shown.length < text.length && <em>(the first {figure(MOST_CHARACTERS)} characters)</em>
      ) : (
        <UnstyledButton className="link-button" onClick={() => setAll(true)}>
          show all ({figure(text.length)} characters)
        </UnstyledButton>
      )}
    </span>
  );
}
