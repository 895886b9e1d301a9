import { Button, Skeleton, Table } from '@mantine/core';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import type { ApiProblem } from '../client/api-problem.ts';
import { Problem } from '../components/problem.tsx';

export interface Column<T> {
  head: ReactNode;
  cell: (row: T) => ReactNode;
  align?: 'left' | 'right';
  /** In pixels. Reserved, so that nothing moves while numbers change. */
  width?: number;
  /** On a phone there is no room for it: other columns have what matters. */
  deskOnly?: boolean;
}

export interface DataTableProps<T> {
  /** Names the table for screen readers. */
  label: string;
  rows: readonly T[] | undefined;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  /** Called on a click on a row, or Enter. */
  onOpen?: ((row: T) => void) | undefined;
  empty: ReactNode;
  loading?: boolean;
  problem?: ApiProblem | null;
  asOf?: Date | null;
  more?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
}

/** Minimum width of a column without a fixed width, in pixels. */
const NARROWEST = 180;

/** A table that scrolls inside its own frame, with skeletons of the same row height while it loads. */
export function DataTable<T>(props: DataTableProps<T>) {
  const there = props.rows !== undefined && props.rows.length > 0;
  const problem = props.problem ?? null;
  if (there || props.loading) {
    return (
      <>
        <Framed {...props} />
        {problem && <UnderTheRows problem={problem} asOf={props.asOf ?? null} />}
        <More {...props} />
      </>
    );
  }
  if (problem) return <Problem problem={problem} />;
  return (
    <>
      {props.rows && props.empty}
      <More {...props} />
    </>
  );
}

type MoreProps = Pick<DataTableProps<unknown>, 'more' | 'loadingMore' | 'onMore'>;

function More({ more, loadingMore, onMore }: MoreProps) {
  if (!more) return null;
  return (
    <Button variant="default" size="xs" mt="sm" loading={loadingMore ?? false} onClick={() => onMore?.()}>
      Show more
    </Button>
  );
}

/** Below the rows and always visible, so that the rows do not move. */
function UnderTheRows(props: { problem: ApiProblem; asOf: Date | null }) {
  return (
    <div className="problem-over">
      <Problem {...props} />
    </div>
  );
}

function Framed<T>(props: DataTableProps<T>) {
  const { label, columns, rows, loading } = props;
  return (
    <section className="scroller" aria-label={label} tabIndex={0}>
      <Table verticalSpacing={6} horizontalSpacing="sm" highlightOnHover className="data-table">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ head, align, width, deskOnly }, at) => (
              <Table.Th
                key={at}
                ta={align ?? 'left'}
                w={width}
                miw={width ?? NARROWEST}
                className={deskOnly ? 'desk-only' : ''}
              >
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {loading ? <Skeletons columns={columns} /> : <Rows {...props} rows={rows ?? []} />}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Rows<T>({ rows, columns, rowKey, onOpen }: DataTableProps<T> & { rows: readonly T[] }) {
  return rows.map((row) => (
    <Table.Tr key={rowKey(row)} {...(onOpen ? opening(() => onOpen(row)) : {})}>
      {columns.map((column, at) => (
        <Table.Td key={at} ta={column.align ?? 'left'} className={classOf(column)}>
          {column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}

/** A click opens the row, unless it is on a control of its own or ends a text selection. */
function opening(open: () => void) {
  return {
    tabIndex: 0,
    className: 'opens',
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && event.target === event.currentTarget) open();
    },
    onClick: (event: MouseEvent) => {
      const own = (event.target as Element).closest('a, button, input, label, summary');
      if (!own && window.getSelection()?.isCollapsed !== false) open();
    },
  };
}

function classOf({ align, deskOnly }: Pick<Column<unknown>, 'align' | 'deskOnly'>): string {
  return `${align === 'right' ? 'figures' : ''} ${deskOnly ? 'desk-only' : ''}`.trim();
}

const SKELETON_ROWS = 6;
function Skeletons({ columns }: { columns: readonly Pick<Column<unknown>, 'deskOnly'>[] }) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => (
    <Table.Tr key={row} aria-hidden>
      {columns.map((column, at) => (
        <Table.Td key={at} className={classOf(column)}>
          <Skeleton height={12} my={4} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
