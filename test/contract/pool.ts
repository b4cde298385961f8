/**
 * What the service has handed out so far, by the name under which it may be sent back. A plan names a value by
 * its place here, so that the same plan means the same thing in another run.
 */
export type Pool = ReturnType<typeof createPool>;

const KEPT = 24;
const ID = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/;

export function createPool() {
  const values = new Map<string, string[]>();
  const owners = new Map<string, string>();
  const gone = new Set<string>();

  const put = (name: string, value: string) => {
    const known = values.get(name) ?? [];
    if (known.includes(value)) return;
    values.set(name, [...known, value].slice(-KEPT));
  };
  return {
    put,
    /** Undefined while there is none of that name. */
    pick: (name: string, index: number): string | undefined => {
      const known = values.get(name) ?? [];
      return known[index % Math.max(1, known.length)];
    },
    /** Every string of an answer, under its field's name; an id under its prefix, if it is known whose it is. */
    harvest(answer: unknown, owner: string | null): void {
      const walk = (name: string, value: unknown) => {
        if (typeof value === 'string') {
          const prefix = ID.exec(value)?.[1];
          if (prefix === undefined || owner !== null) put(prefix ?? name, value);
          if (prefix !== undefined && owner !== null && !owners.has(value)) owners.set(value, owner);
          if (name === 'nextCursor') put('cursor', value);
        } else if (Array.isArray(value)) {
          for (const item of value) walk(name, item);
        } else if (typeof value === 'object' && value !== null) {
          for (const [member, inner] of Object.entries(value)) walk(member, inner);
        }
      };
      walk('', answer);
    },
    ownerOf: (id: string) => owners.get(id),
    bury: (id: string) => void gone.add(id),
    isGone: (id: string) => gone.has(id),
  };
}
