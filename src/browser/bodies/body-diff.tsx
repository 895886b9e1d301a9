import { Button } from '@mantine/core';
import { useState } from 'react';
import type { EventDetail, TimelineEntry } from '../../operate/shapes/events.ts';
import { ApiProblem } from '../client/api-problem.ts';
import { ask } from '../client/api.ts';
import { Problem } from '../components/problem.tsx';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { visible } from '../text/visible.ts';
import { counterpartIn, differencesOf, exactJson, type Difference } from './json-diff.ts';

/** A body may differ in thousands of places; the event's page has all of it. */
const MOST = 200;

interface BodyDiffProps {
  event: string;
  /** The event with the newest whole order before it. */
  before: Pick<TimelineEntry, 'event' | 'topic' | 'sequence'> | null;
}

/** Loaded only on a click, because every view of a payload is audited. Customer data is masked on both sides. */
export function BodyDiff({ event, before }: BodyDiffProps) {
  const [found, setFound] = useState<Difference[] | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setFound(await readDiff(event, before?.event ?? null));
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, String(error)));
    }
    setBusy(false);
  };
  return (
    <div className="body-diff">
      <Button size="compact-xs" variant="default" loading={busy} onClick={() => void show()}>
        Show changes to the body
      </Button>{' '}
      <span className="dim">
        {before === null
          ? 'No whole order came before this one: all of it is new.'
          : `Compared with ${visible(before.topic)}${before.sequence === null ? '' : ` #${before.sequence}`}.`}{' '}
        Recorded in the audit log.
      </span>
      {problem && <Problem problem={problem} />}
      {found && <Found found={found} />}
    </div>
  );
}

function Found({ found }: { found: readonly Difference[] }) {
  if (found.length === 0)
    return <p className="entry-line">The bodies are equal, apart from customer data.</p>;
  return (
    <>
      <p className="entry-line">
        {several(found.length, 'difference', 'differences')}. Customer data is masked: its changes are not
        shown.
      </p>
      <section className="body-differences" aria-label="differences between the bodies" tabIndex={0}>
        <ul className="differences">
          {found.slice(0, MOST).map(({ path, kind, before, after }) => (
            <li key={path} data-kind={kind}>
              <span className="difference-kind">{kind}</span> <code>{visible(path)}</code>{' '}
              {before !== null && <Plain text={before} max={160} />}
              {kind === 'changed' && <span aria-label="became"> → </span>}
              {after !== null && <Plain text={after} max={160} />}
            </li>
          ))}
        </ul>
      </section>
      {found.length > MOST && <p className="footnote">Only the first {MOST} are shown.</p>}
    </>
  );
}

async function readDiff(event: string, before: string | null): Promise<Difference[]> {
  const [body, order] = await Promise.all([readBody(event), before === null ? {} : readBody(before)]);
  return differencesOf(counterpartIn(order, body) ?? {}, body);
}

async function readBody(event: string): Promise<unknown> {
  const { payload } = await ask<EventDetail>(`/events/${encodeURIComponent(event)}`, { payload: '1' });
  if (payload === undefined) throw new ApiProblem(404, 'the body is not JSON, or it is no longer kept');
  return exactJson(payload);
}
