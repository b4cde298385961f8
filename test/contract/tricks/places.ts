export type Path = readonly (string | number)[];

/** Every place in a value, the whole of it included. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* pathsOf(item, [...path, index]);
  else if (isRecord(value))
    for (const [name, item] of Object.entries(value)) yield* pathsOf(item, [...path, name]);
}

export function pathAt(value: unknown, index: number): Path {
  const paths = [...pathsOf(value)];
  return paths[index % paths.length] ?? [];
}

export function writeAt(value: unknown, [step, ...rest]: Path, change: (was: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? writeAt(item, rest, change) : item));
  return isRecord(value) ? { ...value, [step]: writeAt(value[step], rest, change) } : value;
}

export function removeAt(value: unknown, path: Path): unknown {
  const name = path.at(-1);
  return writeAt(value, path.slice(0, -1), (was) => {
    if (Array.isArray(was)) return was.filter((_, index) => index !== name);
    return isRecord(was)
      ? Object.fromEntries(Object.entries(was).filter(([member]) => member !== name))
      : was;
  });
}

/** Defined rather than assigned, so that a member called __proto__ is a member. */
export function withMember(was: unknown, name: string, value: unknown): unknown {
  if (!isRecord(was)) return was;
  return Object.defineProperty({ ...was }, name, { value, enumerable: true });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
