import { STEPS } from '../src/book/stays/life.ts';

const BEGIN = '```mermaid\n';
const END = '```\n';

/** The document with its diagram drawn from the code's own table. */
export function withStates(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin + BEGIN.length);
  if (begin < 0 || end < 0) throw new Error('docs/booking.md has no diagram to draw anew');
  return document.slice(0, begin) + BEGIN + diagram() + document.slice(end);
}

function diagram(): string {
  const arrows = STEPS.map(({ from, on, to, mode, cause }) => {
    const notes = [on.replaceAll('_', ' '), mode && `(${mode})`, cause && `[${cause}]`];
    return `  ${from} --> ${to}: ${notes.filter(Boolean).join(' ')}`;
  });
  return [
    'stateDiagram-v2',
    '  [*] --> awaiting_payment',
    ...arrows,
    '  completed --> [*]',
    '  cancelled --> [*]',
    '',
  ].join('\n');
}
