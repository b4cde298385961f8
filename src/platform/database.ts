import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import { meterD1, type Tally } from './meter.ts';

export type Database = DrizzleD1Database;

/** What a verb holds: it reads, and only `commit` writes. Joined columns of one name need an alias. */
export type Reader = Pick<Database, 'select' | 'batch'>;

export const openDatabase = (binding: D1Database, tally: Tally): Database => drizzle(meterD1(binding, tally));
