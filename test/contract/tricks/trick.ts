import type { Draft } from '../draft.ts';
import type { Wire } from '../wire.ts';

/** One thing done to a request that was as it should be. */
export type Trick = {
  readonly name: string;
  readonly onDraft?: (draft: Draft) => Draft;
  readonly onWire?: (wire: Wire) => Wire;
};
