import { Kbd, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Dialog } from '../components/dialog.tsx';
import { PAGES } from '../routes.tsx';
import { useKey } from '../use-key.ts';

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'search: an order, a webhook id, an event'],
  [['r'], 'on Parked: replay (it asks first)'],
  [['Enter'], 'open the row that has the focus'],
  [['Esc'], 'close'],
  [['?'], 'this'],
  ...PAGES.flatMap(({ key, title }) => (key ? [[['g', key], title] as const] : [])),
];

/** `?` shows the keys. */
export function Help() {
  const [opened, { open, close }] = useDisclosure();
  useKey('?', open);
  return (
    <Dialog opened={opened} onClose={close} title="Keys" size="sm">
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {KEYS.map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={90}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
