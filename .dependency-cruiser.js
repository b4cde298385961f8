/**
 * Who may import whom. A room imports from the rooms on the levels before its own, through their index.ts;
 * the other way round is an event.
 */
const LEVELS = [
  ['accounts'],
  ['properties'],
  ['bookings'],
  ['payments'],
  ['reviews', 'messages'],
  ['search', 'notifications', 'webhooks', 'analytics', 'oauth'],
  ['moderation'],
  ['privacy'],
];
const ROOMS = LEVELS.flat();
const DOORS = '^src/(index|app|graphql|queues|cron|service)\\.ts$';
const CONTEXT = '^src/(context|env)\\.ts$';

const folders = (...names) => `^src/(${names.join('|')})/`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Only what runs counts: a type is gone before the program starts. */
const AT_RUN_TIME = { dependencyTypesNot: ['type-only'] };

const leftwards = LEVELS.slice(0, -1).map((rooms, level) => {
  const later = LEVELS.slice(level).flat();
  return forbid(
    `leftwards-from-${rooms.join('-')}`,
    'Rooms import leftwards only; the other way is an event from the outbox',
    { path: `^src/(${rooms.join('|')})/` },
    { path: folders(...later), pathNot: '^src/$1/' },
  );
});

export default {
  forbidden: [
    forbid(
      'kernel-alone',
      'The kernel imports nothing of src',
      { path: folders('kernel') },
      { path: '^src/', pathNot: folders('kernel') },
    ),
    forbid(
      'pricing-pure',
      'Pricing knows the kernel alone',
      { path: folders('pricing') },
      { path: '^src/', pathNot: folders('kernel', 'pricing') },
    ),
    forbid(
      'book-below-platform',
      'The book decides alone: it knows the kernel and pricing',
      { path: folders('book') },
      { path: '^src/', pathNot: [folders('kernel', 'pricing', 'book'), CONTEXT] },
    ),
    forbid(
      'platform-knows-no-room',
      'The platform knows no business beyond the book',
      { path: folders('platform') },
      { path: folders(...ROOMS) },
    ),
    ...leftwards,
    forbid(
      'room-has-a-place',
      'A folder of src is named in .dependency-cruiser.js, so that its direction is decided',
      {},
      { path: '^src/[^/]+/', pathNot: folders('kernel', 'platform', 'pricing', 'book', ...ROOMS) },
    ),
    forbid(
      'through-the-door-of-a-room',
      'A room is used through its index.ts',
      { path: '^src/([^/]+)' },
      {
        path: folders('pricing', 'book', ...ROOMS),
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/[^/]+/[a-z-]+-object\\.ts$'],
      },
    ),
    forbid(
      'object-class-for-the-worker',
      'The class of an object is for the Worker to export; everything else speaks to its stub',
      { path: '^src/', pathNot: ['^src/index\\.ts$', folders('book')] },
      { path: '^src/(book|payments)/[a-z-]+-object\\.ts$', ...AT_RUN_TIME },
    ),
    forbid(
      'nothing-imports-a-front-door',
      'Only a door imports a door',
      { path: '^src/', pathNot: DOORS },
      { path: DOORS },
    ),
    forbid(
      'context-as-a-type',
      'A context is made by a door and given to a verb; a verb imports its type',
      { path: '^src/', pathNot: [DOORS, CONTEXT] },
      { path: CONTEXT, ...AT_RUN_TIME },
    ),
    forbid(
      'src-alone',
      'The Worker imports no tool, no test and no sandbox',
      { path: '^src/' },
      { path: '^(scripts|test|sandbox|bench)/' },
    ),
    forbid(
      'sandbox-alone',
      'The sandbox is outside Roost',
      { path: '^sandbox/' },
      { path: '^(src|scripts|test)/' },
    ),
    forbid(
      'zod-from-the-kernel',
      'z comes from src/kernel/zod.ts: a second copy would not know the extensions',
      { path: '^src/', pathNot: '^src/kernel/zod-parts\\.ts$' },
      { path: '(^|/)node_modules/zod/' },
    ),
    forbid(
      'deployed-dependencies',
      'What is deployed is a dependency, not a tool',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], ...AT_RUN_TIME },
    ),
    forbid(
      'resolvable',
      'Every import leads somewhere',
      {},
      { couldNotResolve: true, pathNot: '^cloudflare:' },
    ),
    forbid('no-cycles', 'No two modules need each other', {}, { circular: true, viaOnly: AT_RUN_TIME }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node'] },
  },
};
