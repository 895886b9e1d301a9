import { Text } from '@mantine/core';
import type { EffectsChanged } from '../../operate/shapes/effects.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { CountLine } from '../components/count-line.tsx';
import { useCount } from '../client/use-count.ts';
import { Plain } from '../text/plain.tsx';
import type { EffectAct, EffectChoice } from './effect-choice.ts';

const ACT_WORDS = {
  replay: {
    title: 'Replay',
    what: 'They are sent again, with the same ids and from their first attempt, each in the sequence of its order. Effects that are done are only sent again if they are selected, or if the filter asks for this state.',
    done: 'will be replayed',
  },
  skip: {
    title: 'Skip',
    what: 'They are not sent. Later effects of the same orders continue. A skipped effect can be replayed.',
    done: 'will be skipped',
  },
} as const satisfies Record<EffectAct, { title: string; what: string; done: string }>;

/** Counts first, then asks for a reason. */
export function EffectsDialog({ choice, onClose }: { choice: EffectChoice; onClose: () => void }) {
  const place = `/effects/${choice.act}`;
  const count = useCount(place, 'effects', choice.which);
  const { title, what, done } = ACT_WORDS[choice.act];
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title={title}
      confirmLabel={title}
      dangerous={choice.act === 'skip'}
      ready={(count.data ?? 0) > 0}
      onConfirm={async (reason) => (await tell<EffectsChanged>(place, { ...choice.which, reason })).did}
      what={
        <>
          <Text size="sm">
            {title} <Plain text={choice.words} max={400} />. {what}
          </Text>
          <CountLine count={count} of={['effect', 'effects']} done={done} />
        </>
      }
    />
  );
}
