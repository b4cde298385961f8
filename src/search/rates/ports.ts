import type { Night } from '../../kernel/stay.ts';
import type { Exchange } from '../exchange.ts';

/** Of the currencies that the source knows, as of the day that it says. */
export type DaysRates = { readonly date: Night; readonly rates: Exchange };

/** Who tells each day what a dollar is worth; throws when nothing is told that could be believed. */
export type RateSource = { read(): Promise<DaysRates> };
