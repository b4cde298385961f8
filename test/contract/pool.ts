/**
 * What the service has handed out so far, by the name under which it may be sent back. A plan names a value by
 * its place here, so that the same plan means the same thing in another run.
 */
export type Pool = ReturnType<typeof createPool>;

/** The name of places that everybody found at least once. */
export const PUBLISHED = 'published';

const KEPT = 24;
/** Of what belongs to a place, the second half is the place's. */
const ID = /^([a-z]{3}_)(?:[0-9a-hjkmnp-tv-z]{26}){1,2}$/;
const TOKEN = /\/(prp_[0-9a-z]{26})\/calendar\.ics\?token=([\w-]+)$/;
/** What is sent back under another name than it came with. */
const ALIASES: Readonly<Record<string, string>> = { nextCursor: 'cursor', code: 'promotionCode' };

export function createPool() {
  const values = new Map<string, string[]>();
  const owners = new Map<string, string>();
  const gone = new Set<string>();

  /** `near` is the place that the value belongs to. */
  const put = (name: string, value: string, near?: string) => {
    if (near !== undefined) put(`${near} ${name}`, value);
    const known = values.get(name) ?? [];
    if (known.includes(value)) return;
    values.set(name, [...known, value].slice(-KEPT));
  };
  const pick = (name: string, index: number): string | undefined => {
    const known = values.get(name) ?? [];
    return known[index % Math.max(1, known.length)];
  };
  return {
    put,
    /** The only one that counts, in place of the last. */
    putNewest: (name: string, value: string, near: string) => void values.set(`${near} ${name}`, [value]),
    /** Undefined while there is none of that name. Of what belongs near, mostly that. */
    pick: (name: string, index: number, near?: string): string | undefined =>
      (near !== undefined && index % 6 !== 0 ? pick(`${near} ${name}`, index) : undefined) ??
      pick(name, index),
    /** Every string of an answer, under its field's name; an id under its prefix, if it is known whose it is. */
    harvest(answer: unknown, owner: string | null, near?: string): void {
      const walk = (name: string, value: unknown) => {
        if (typeof value === 'string') {
          const prefix = ID.exec(value)?.[1];
          const [, place, token] = TOKEN.exec(value) ?? [];
          // People belong to no place: who is sought there is mostly somebody else than its host.
          const at = prefix === 'usr_' ? undefined : near;
          if (prefix === undefined || owner !== null) put(prefix ?? name, value, at);
          if (prefix !== undefined && owner !== null && !owners.has(value)) owners.set(value, owner);
          if (name in ALIASES) put(ALIASES[name] ?? name, value, near);
          if (token !== undefined) put('token', token, place);
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
