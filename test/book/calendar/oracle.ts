/**
 * Availability, worked out a second time from the rules' text with sets of dates. It shares nothing with
 * the code it judges: not the types, not the dates, not the time zones.
 */
export type OracleCalendar = {
  facts: { timeZone: string; capacity: number; petsAllowed: boolean; status: string };
  rules: {
    minNights: number;
    maxNights: number;
    noticeDays: number;
    cutoffHour?: number | undefined;
    bookingWindowDays: number;
    preparationNights?: { before: number; after: number } | undefined;
    checkInDays?: readonly string[] | undefined;
    checkOutDays?: readonly string[] | undefined;
    minNightsByCheckInDay?: Readonly<Record<string, number | undefined>> | undefined;
  };
  rates: {
    seasons?: readonly { from: string; to: string; minNights?: number | undefined }[] | undefined;
  } | null;
  overrides: ReadonlyMap<string, { available?: boolean; minNights?: number }>;
  stays: readonly { kind: string; checkIn: string; checkOut: string; expiresAt: number | null }[];
  imported: readonly { from: string; to: string }[];
};
export type OracleAsked = {
  stay: { checkIn: string; checkOut: string };
  guests: { adults: number; children: number; infants: number; pets: number };
};

const later = (date: string, days: number): string => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
};
const datesIn = (from: string, to: string): Set<string> => {
  const dates = new Set<string>();
  for (let date = from; date < to; date = later(date, 1)) dates.add(date);
  return dates;
};
const weekday = (date: string) => new Date(`${date}T12:00:00Z`).toUTCString().slice(0, 3).toLowerCase();

/** As `code date`, in the order of the codes in the rules and of the dates. */
export function oracleCauses(calendar: OracleCalendar, asked: OracleAsked, nowMs: number): string[] {
  const { facts, rules } = calendar;
  const { checkIn, checkOut } = asked.stay;
  const wanted = datesIn(checkIn, checkOut);

  // Every night is free.
  const live = calendar.stays
    .filter(({ kind, expiresAt }) => kind === 'booked' || !(expiresAt !== null && expiresAt <= nowMs))
    .map(({ kind, checkIn: from, checkOut: to }) => ({ kind, nights: datesIn(from, to) }));
  const of = (kind: string) => new Set(live.flatMap((stay) => (stay.kind === kind ? [...stay.nights] : [])));
  const blocked = new Set<string>();
  for (const [date, { available }] of calendar.overrides) if (available === false) blocked.add(date);
  const imported = new Set(calendar.imported.flatMap(({ from, to }) => [...datesIn(from, to)]));

  // Preparation nights before and after each stay stay empty: the new stay needs its own on both sides,
  // too, so whoever comes near another stay has to keep the larger of the two numbers away from it.
  const { before, after } = rules.preparationNights ?? { before: 0, after: 0 };
  const preparation = new Set<string>();
  for (const date of wanted)
    for (const { nights } of live)
      for (let days = 1; days <= Math.max(before, after); days++)
        if (!nights.has(date) && (nights.has(later(date, days)) || nights.has(later(date, -days))))
          preparation.add(date);

  const causes: string[] = [];
  const nightly = { booked: of('booked'), held: of('held'), blocked, imported, preparation };
  for (const [code, dates] of Object.entries(nightly))
    for (const date of wanted) if (dates.has(date)) causes.push(`${code} ${date}`);

  // Check-in is not sooner than the notice; check-out is inside the booking window.
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: facts.timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(nowMs);
  const today = wall.slice(0, 10);
  const missed = rules.cutoffHour !== undefined && !(Number(wall.slice(11, 13)) < rules.cutoffHour);
  const soonest = later(today, missed ? rules.noticeDays + 1 : rules.noticeDays);
  if (!(checkIn >= soonest)) causes.push(`notice ${checkIn}`);
  if (!(checkOut <= later(today, rules.bookingWindowDays))) causes.push(`window ${checkOut}`);

  // Nights within min and max: the most specific wins.
  let least = rules.minNights;
  for (const { from, to, minNights } of calendar.rates?.seasons ?? [])
    if (minNights !== undefined && datesIn(from, later(to, 1)).has(checkIn)) least = minNights;
  for (const [day, nights] of Object.entries(rules.minNightsByCheckInDay ?? {}))
    if (nights !== undefined && day === weekday(checkIn)) least = nights;
  for (const [date, { minNights }] of calendar.overrides)
    if (minNights !== undefined && date === checkIn) least = minNights;
  if (wanted.size < least) causes.push('min_nights');
  if (wanted.size > rules.maxNights) causes.push('max_nights');

  if (rules.checkInDays && !rules.checkInDays.includes(weekday(checkIn)))
    causes.push(`check_in_day ${checkIn}`);
  if (rules.checkOutDays && !rules.checkOutDays.includes(weekday(checkOut)))
    causes.push(`check_out_day ${checkOut}`);

  // Guests within capacity, infants aside; pets allowed if there are any.
  if (facts.capacity < asked.guests.adults + asked.guests.children) causes.push('capacity');
  if (asked.guests.pets !== 0 && !facts.petsAllowed) causes.push('pets');
  if (facts.status !== 'published') causes.push('not_published');
  return causes;
}
