const MAX_LENGTH = 200;

/** A JSON pointer that is fit for an answer: names come from the request, at any length and with half characters. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, MAX_LENGTH)
    .toWellFormed();
