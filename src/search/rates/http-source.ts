import type { Settings } from '../../env.ts';
import { SECOND } from '../../kernel/clock.ts';
import { Fault } from '../../kernel/errors.ts';
import { CURRENCIES_IN_USE } from '../../kernel/money.ts';
import { isNight } from '../../kernel/stay.ts';
import { z } from '../../kernel/zod.ts';
import { createForeign } from '../../platform/foreign.ts';
import type { Send } from '../../platform/outbound.ts';
import type { DaysRates, RateSource } from './ports.ts';

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5 * SECOND, maxRedirects: 0 };
/** No dollar is worth less or more; beyond, an order of prices would end. */
const [LEAST, MOST] = [0.01, 1e9];
/** Whoever knows fewer currencies has lost some. */
const MIN_TOLD = 10;

const Document = z.object({
  base: z.enum(CURRENCIES_IN_USE),
  date: z.string().refine(isNight),
  rates: z.record(z.string(), z.unknown()),
});

/** Null where nobody is asked and the fixed table counts. */
export function createRateSource({ ratesUrl }: Settings, send: Send): RateSource | null {
  if (ratesUrl === null) return null;
  return {
    async read() {
      const { origin, hostname } = new URL(ratesUrl);
      const fetch = (url: string, init: RequestInit) => send(new Request(url, init));
      const { fetchForeign } = createForeign({ fetch, allowedOrigins: [origin] });
      const answer = await fetchForeign(ratesUrl, { ...LIMITS, accept: 'application/json' });
      if (!answer.ok || answer.status !== 200) throw new Fault(hostname, answer);
      try {
        return readDocument(JSON.parse(new TextDecoder().decode(answer.body)));
      } catch (error) {
        throw new Fault(hostname, error);
      }
    },
  };
}

/** As what a dollar is worth, whatever the document's base is. One bad number makes all of it doubtful. */
function readDocument(content: unknown): DaysRates {
  const { base, date, rates: told } = Document.parse(content);
  const known: Record<string, unknown> = { [base]: 1, ...told };
  if (known[base] !== 1) throw new Error(`The base ${base} is not worth itself`);
  const dollar = Number(known.USD);
  const rates: Record<string, number> = {};
  for (const currency of CURRENCIES_IN_USE) {
    const rate = known[currency];
    if (rate === undefined) continue;
    const inDollars = typeof rate === 'number' ? rate / dollar : Number.NaN;
    if (!(inDollars >= LEAST && inDollars <= MOST)) throw new Error(`${currency} has no rate`);
    rates[currency] = inDollars;
  }
  if (Object.keys(rates).length < MIN_TOLD) throw new Error('There are too few rates');
  return { date: date as DaysRates['date'], rates };
}
