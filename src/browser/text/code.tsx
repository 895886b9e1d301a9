import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { download } from './download.ts';
import { figure } from './figures.ts';
import { prettyJson } from './pretty-json.ts';
import { MOST_CHARACTERS, visibleLines } from './visible.ts';

interface CodeProps {
  text: string;
  /** Names the text for screen readers, and the downloaded file. */
  label: string;
  json?: boolean;
}

/** Preformatted text, cut to what a page can draw; the download has all of it. */
export function Code({ text, label, json = false }: CodeProps) {
  const laid = json ? prettyJson(text, MOST_CHARACTERS + 1) : text;
  const cut = laid.length > MOST_CHARACTERS;
  return (
    <div>
      <section className="code" aria-label={label} tabIndex={0}>
        <pre>{visibleLines(laid.slice(0, MOST_CHARACTERS))}</pre>
      </section>
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
            ? `first ${figure(MOST_CHARACTERS)} characters shown; the download has ${figure(text.length)}`
            : `${figure(text.length)} characters`}
        </Text>
      </Group>
    </div>
  );
}
