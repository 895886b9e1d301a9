import { Group, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useNowMark } from '../client/live.tsx';
import { shortState } from './short-state.ts';

interface PageProps {
  title: string;
  /** One sentence under the title: the state in short. Undefined while it loads: its place is kept. */
  sentence?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page's frame: its only h1, and a tab title that names the current problem. */
export function Page(props: PageProps) {
  const { title, actions, children } = props;
  const state = useNowMark((now) => shortState(now.status));
  useEffect(() => {
    const matter = state === '' ? '' : (JSON.parse(state) as string);
    document.title = `${matter === '' ? '' : `● ${matter} · `}${title} – Lockstep`;
  }, [title, state]);
  return (
    <>
      <Group justify="space-between" align="flex-start" gap="sm" mb="md" className="page-head">
        <div className="page-title">
          <Title order={1} size="h3">
            {title}
          </Title>
          {'sentence' in props && (
            <Text component="div" c="dimmed" size="sm">
              {props.sentence ?? '\u00a0'}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </>
  );
}
