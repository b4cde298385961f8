import { isNight, type Night } from '../../src/kernel/stay.ts';
import { type Api, expectStatus } from '../api.ts';

/** The day it is where the instance is, whose clock may have been moved. */
export async function todayAt(api: Api): Promise<Night> {
  const { now } = expectStatus(await api('GET', '/sandbox/clock'), 200);
  const today = String(now).slice(0, 10);
  if (!isNight(today)) throw new Error(`The clock shows ${String(now)}`);
  return today;
}
