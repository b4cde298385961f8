import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest of each kind: begun last, it would keep one core busy when the others have nothing left to do. */
const LONGEST = [
  'book/stays/simulation.unit',
  'book/stays/simulation-copies.unit',
  'docs/readme-example.unit',
  'access/access.worker',
  'access/canaries.worker',
  'payments/reconcile/promise.worker',
  'contract/replay.worker',
  'book/kill/kill.world',
  'contract/fuzz.world',
  'docs/docs-page.world',
  'accounts/enumeration.world',
  'payments/kill.world',
  'sandbox/page-browser.world',
];
const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return rank === -1 ? LONGEST.length : rank;
};

/** One kind after the other, and of each the longest first, also where none has been run before. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const kinds = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...kinds.values()].flatMap((kind) => kind.sort((a, b) => rankOf(a) - rankOf(b)));
  }
}
