import { Paper, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import './overview.css';
import type { Tone } from '../components/tone-badge.tsx';

interface StatCardProps {
  label: string;
  value: ReactNode;
  /** A second, small line; its place is kept when there is none. */
  note?: ReactNode;
  href: string;
  /** `look` and `bad` stand out, with an icon; the note says why. */
  tone?: Tone;
}

export function StatCard({ label, value, note, href, tone = 'plain' }: StatCardProps) {
  const loud = tone === 'look' || tone === 'bad';
  return (
    <Paper component={Link} href={href} className="stat-card" data-tone={tone} withBorder p="sm">
      <Text component="span" size="sm" className="stat-label">
        {loud && <IconAlertTriangle size={15} aria-label="Needs attention:" />}
        {label}
      </Text>
      <Text component="span" className="stat-value figures">
        {value}
      </Text>
      <Text component="span" size="xs" className="stat-note figures">
        {note ?? '\u00a0'}
      </Text>
    </Paper>
  );
}
