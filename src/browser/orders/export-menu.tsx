import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Params } from '../client/api.ts';

const FORMATS = [
  { format: 'csv', label: 'CSV' },
  { format: 'ndjson', label: 'NDJSON' },
] as const;
/** What the list's address has beside its filters. */
const NOT_FILTERS: readonly string[] = ['sort', 'fields', 'limit', 'cursor'];

/** Downloads the orders that the filters show, all pages. @param params the list's, as the API takes them */
export function ExportMenu({ params }: { params: Params }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(({ format, label }) => (
          <Menu.Item key={format} component="a" href={exportPlace(params, format)} download>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function exportPlace(params: Params, format: string): string {
  const filters = Object.entries(params).flatMap(([name, value]) =>
    (value ?? '') === '' || NOT_FILTERS.includes(name) ? [] : [[name, String(value)]],
  );
  return `/api/exports/orders?${new URLSearchParams([...filters, ['format', format]]).toString()}`;
}
