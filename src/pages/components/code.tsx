import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { figure } from './figures.ts';
import { prettyJson } from './pretty-json.ts';
import { MOST_CHARACTERS, visibleLines } from './visible.ts';

interface CodeProps {
  text: string;
  /** What it is: for readers of the screen, and as a file's name. */
  label: string;
  json?: boolean;
}

/** Text in lines, as much as a page bears; all of it to download. */
export function Code({ text, label, json = false }: CodeProps) {
  const laid = json ? prettyJson(text, MOST_CHARACTERS + 1) : text;
  const cut = laid.length > MOST_CHARACTERS;
  return (
    <div>
      <pre className="code" role="region" aria-label={label} tabIndex={0}>
        {visibleLines(laid.slice(0, MOST_CHARACTERS))}
      </pre>
      <Group gap="xs" mt={4}>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconDownload size={14} />}
          onClick={() => download(text, `${label.replaceAll(/[^a-z0-9]+/gi, '-')}.${json ? 'json' : 'txt'}`)}
        >
          Download
        </Button>
        <Text size="xs" c="dimmed">
          {cut
            ? `the first ${figure(MOST_CHARACTERS)} characters are shown, of ${figure(text.length)} as it came`
            : `${figure(text.length)} characters`}
        </Text>
      </Group>
    </div>
  );
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
