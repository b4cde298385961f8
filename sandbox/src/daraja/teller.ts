import type { Deliveries } from '../deliveries.ts';
import type { Store } from '../store.ts';

export type Teller = ReturnType<typeof createTeller>;

/** Tells by callback. Nothing is signed: whoever knows the address can say anything. */
export function createTeller(store: Store, deliveries: Deliveries) {
  return {
    /** In the transaction of what it tells about. */
    tell(url: string, content: unknown): void {
      const { pathname, search } = new URL(url);
      deliveries.post({
        target: 'mpesa',
        path: pathname + search,
        headers: {},
        body: JSON.stringify(content),
      });
    },

    /** Daraja writes a code now as a number, now as a text. */
    spell(code: string): string | number {
      const count = (store.getNumber('daraja_results') ?? 0) + 1;
      store.setNumber('daraja_results', count);
      return count % 2 === 0 && /^\d+$/.test(code) ? Number(code) : code;
    },
  };
}
