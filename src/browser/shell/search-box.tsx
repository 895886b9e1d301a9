import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { SearchAnswer, SearchHit } from '../../operate/shapes/orders.ts';
import { orderPage } from '../text/order-link.tsx';
import { visible } from '../text/visible.ts';
import { useApi } from '../client/use-api.ts';
import { useKey } from '../dialogs/use-key.ts';

const TYPING_MS = 250;
const pageOf = ({ kind, key }: SearchHit) =>
  kind === 'order' ? orderPage(key) : `/events/${encodeURIComponent(key)}`;

/** Finds orders and events from any page; `/` focuses it. */
export function SearchBox() {
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  useKey('/', () => field.current?.focus());
  const [sought] = useDebouncedValue(typed.trim().slice(0, 200), TYPING_MS);
  const answer = useApi<SearchAnswer>('/search', { q: sought }, { enabled: sought !== '' });
  const hits = sought === '' ? [] : (answer.data?.hits ?? []);
  const open = (key: string) => {
    const hit = hits.find((each) => each.key === key);
    if (!hit) return;
    setTyped('');
    box.closeDropdown();
    field.current?.blur();
    navigate(pageOf(hit));
  };
  return (
    <Combobox store={box} onOptionSubmit={open} withinPortal={false} transitionProps={{ duration: 0 }}>
      <Combobox.Target>
        <TextInput
          ref={field}
          className="search-box"
          aria-label="search orders, webhook ids and events"
          placeholder="Search  /"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          maxLength={300}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            box.openDropdown();
            box.selectFirstOption();
          }}
          onFocus={() => box.openDropdown()}
          onBlur={() => box.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key === 'Escape') field.current?.blur();
            if (event.key === 'Enter' && box.getSelectedOptionIndex() < 0 && hits[0]) open(hits[0].key);
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={sought === ''}>
        <Combobox.Options mah={360} className="search-hits" aria-label="search results">
          {hits.map((hit) => (
            <Combobox.Option key={`${hit.kind} ${hit.key}`} value={hit.key}>
              <span className="dim">{hit.kind}</span> {visible(hit.label).slice(0, 200)}
            </Combobox.Option>
          ))}
          {hits.length === 0 && <Combobox.Empty>{said(answer)}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function said({ data, error }: ReturnType<typeof useApi<SearchAnswer>>): string {
  if (error) return `Search failed: ${error.message}`;
  return data ? `No results. Searched: ${data.looked}` : 'Searching …';
}
