import type { Context } from '../../context.ts';
import { DAY, HOUR, MINUTE } from '../../kernel/clock.ts';
import { decideRates } from './decide-rates.ts';
import type { DaysRates, RateSource } from './ports.ts';
import { goOn } from './rekey-prices.ts';
import { exchangeOf, keepTable, readTable, type Table } from './table.ts';

/** Until then somebody may still write by the table before: KV is a minute late or more, and so is each memory. */
const SETTLED_MS = 10 * MINUTE;
const OLD_MS = 3 * DAY;

const dayOf = (ms: number) => Math.floor(ms / DAY);

/**
 * Asks for the rates of the day, each hour until they are told, and has the index put in their order once everybody
 * knows them. That is done every day, whether they have moved or not, so that whatever was keyed otherwise is mended.
 */
export async function refreshRates(ctx: Context): Promise<number> {
  const { rateSource, clock } = ctx;
  if (rateSource === null) return 0;
  const now = clock.now();
  const table = await readTable(ctx);
  const isTold = Date.parse(table.date) >= dayOf(now) * DAY;
  if (!isTold && Math.abs(now - table.triedAt) >= HOUR) {
    const next = await ask(ctx, rateSource, table, now);
    await keepTable(ctx, next);
    return next.since === now ? 1 : 0;
  }
  if (table.isKeyed || now - table.since < SETTLED_MS) return 0;

  await goOn(ctx, { since: table.since, pass: 'price', after: 0, moved: 0 });
  await keepTable(ctx, { ...table, isKeyed: true });
  return 1;
}

async function ask(ctx: Context, source: RateSource, table: Table, now: number): Promise<Table> {
  let next = { ...table, triedAt: now };
  try {
    const told = await source.read();
    const isAhead = dayOf(Date.parse(told.date)) > dayOf(now) + 1;
    if (isAhead || told.date < table.date) throw new Error(`They are of ${told.date}, after ${table.date}`);
    if (told.date > table.date) next = take(ctx, table, told, now);
  } catch (error) {
    ctx.log.warn('rates.not_told', { error });
  }
  // Of a day that ended more than three days ago, which a weekend is not.
  const isOld = !(now - Date.parse(next.date) < DAY + OLD_MS);
  if (isOld && dayOf(table.triedAt) < dayOf(now)) ctx.log.error('rates.old', { date: next.date });
  return next;
}

function take({ log }: Context, table: Table, told: DaysRates, now: number): Table {
  const { date } = told;
  const { rates, doubted, isShifted } = decideRates(exchangeOf(table), table.doubted, told);
  const currencies = Object.keys(doubted).join(' ');
  if (currencies !== '' && isShifted) log.error('rates.doubted', { date, currencies });
  else if (currencies !== '') log.warn('rates.doubted', { date, currencies });
  log.info('rates.told', { date, changed: Object.keys(rates).length });
  return { date, rates: { ...table.rates, ...rates }, since: now, triedAt: now, doubted, isKeyed: false };
}
