export type Params = { [name: string]: string | Params | (string | Params)[] };

const MAX_DEPTH = 5;

/** `a[b][0]=c` as Stripe's clients write it. What is named by numbers, or by nothing, is a list. */
export function parseForm(text: string): Params {
  const root: Params = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const keys = [
      name.split('[', 1)[0] ?? '',
      ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key ?? ''),
    ];
    place(root, keys.slice(0, MAX_DEPTH), value);
  }
  return withLists(root) as Params;
}

function place(node: Params, [key = '', ...rest]: string[], value: string): void {
  const name = key === '' ? String(Object.keys(node).length) : key;
  if (rest.length === 0) {
    node[name] = value;
    return;
  }
  const known = node[name];
  const child: Params = typeof known === 'object' ? (known as Params) : Object.create(null);
  node[name] = child;
  place(child, rest, value);
}

function withLists(node: string | Params | (string | Params)[]): string | Params | (string | Params)[] {
  if (typeof node === 'string' || Array.isArray(node)) return node;
  const entries = Object.entries(node).map(([name, child]) => [name, withLists(child)] as const);
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name))) {
    return entries.map(([, child]) => child) as (string | Params)[];
  }
  return Object.fromEntries(entries) as Params;
}
