import { Kbd, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Dialog } from '../dialogs/dialog.tsx';
import { PAGES } from './routes.tsx';
import { useKey } from '../dialogs/use-key.ts';

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'search for an order, a webhook id or an event'],
  [['r'], 'on Parked: replay (asks for confirmation)'],
  [['Enter'], 'open the focused row'],
  [['Esc'], 'close a dialog'],
  [['?'], 'show these shortcuts'],
  ...PAGES.flatMap(({ key, title }) => (key ? [[['g', key], title] as const] : [])),
];

/** `?` shows the keyboard shortcuts. */
export function Help() {
  const [opened, { open, close }] = useDisclosure();
  useKey('?', open);
  return (
    <Dialog opened={opened} onClose={close} title="Keyboard shortcuts" size="sm">
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
