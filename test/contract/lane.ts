import { randomUUID } from 'node:crypto';
import { fillDraft, toWire } from './draft.ts';
import { type Catalogue, judge } from './judge.ts';
import type { Caller, Plan } from './plans.ts';
import { createPool } from './pool.ts';
import { createRights, idsIn, placeIn } from './rights.ts';
import type { Reading, Rulebook } from './rulebook.ts';
import type { createVisitors, Visitor } from './visitors.ts';
import { type Answer, type Send, toCurl, type Wire } from './wire.ts';

/** A host, two guests and all that they were given, asking one thing after another. */
export type Lane = { run(plan: Plan): Promise<void> };

/** How often each thing was seen: what a request was, and what an operation answered. */
export type Tally = Map<string, number>;

type Setting = {
  readonly url: string;
  readonly send: Send;
  readonly rulebook: Rulebook;
  readonly catalogue: Catalogue;
  readonly visitors: ReturnType<typeof createVisitors>;
  readonly tally: Tally;
};

/** Believes a token to its end: what writes nothing, and what a guest does not wait for D1 for. */
const BELIEVES_TOKENS = new Set(['startPasskey', 'createQuote', 'createBooking']);
const OVER = new Set(['auth.session_ended', 'auth.invalid_token']);
const ENDS = new Set(['logout', 'eraseMe']);

/** What belongs to the key as a success does. */
const FINAL = new Set([404, 409, 422]);
const NOT_FINAL = new Set(['request.conflict', 'idempotency.in_progress']);
const DAY_MS = 86_400_000;

/** What was answered in better days: nothing was done again, and nobody's session ended by it. */
const isReplay = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true';

const isFinal = ({ status, text }: Answer): boolean =>
  FINAL.has(status) && !NOT_FINAL.has(JSON.parse(text).code);

const withoutRequestId = ({ text }: Answer): string =>
  JSON.stringify({ ...(JSON.parse(text || '{}') as object), requestId: undefined });

const nightAhead = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

export async function openLane({ url, send, rulebook, catalogue, visitors, tally }: Setting): Promise<Lane> {
  const pool = createPool();
  const rights = createRights(pool);
  const people = {
    first: await visitors.arrive(pool),
    second: await visitors.arrive(pool),
    third: await visitors.arrive(pool),
  };
  const ended: Pick<Visitor, 'email' | 'token'>[] = [];
  const places: string[] = [];
  for (const host of [people.first, people.second, people.third]) {
    const place = await visitors.publish(pool, host);
    rights.note(place, 'published');
    places.push(place);
  }
  const stayAt = (host: number, from: number, nights: number) => ({
    place: places[host] ?? '',
    checkIn: nightAhead(from),
    checkOut: nightAhead(from + nights),
  });
  // Of each of the two, one person is the guest, one the host, and one knows nothing.
  for (const [guest, host] of [
    [people.second, 0],
    [people.third, 1],
  ] as const) {
    rights.noteBooking(await visitors.book(pool, guest, stayAt(host, 25, 12)), guest.email);
  }
  for (const host of places.keys()) await visitors.quote(pool, stayAt(host, 5, 3));
  rights.note(await visitors.archive(pool, people.first), 'archived');

  const credentialOf = (caller: Caller, forged: string): string | undefined => {
    switch (caller) {
      case 'nobody':
        return undefined;
      case 'first':
      case 'second':
      case 'third':
        return `Bearer ${people[caller].token}`;
      case 'key':
        return `Bearer ${people.first.key}`;
      case 'ended':
        return ended.length > 0 ? `Bearer ${ended.at(-1)?.token}` : forged;
      case 'forged':
        return forged;
    }
  };

  const ownerOf = (caller: Caller): string | null => {
    switch (caller) {
      case 'first':
      case 'second':
      case 'third':
        return people[caller].email;
      case 'key':
        return people.first.email;
      case 'ended':
        return ended.at(-1)?.email ?? null;
      case 'nobody':
      case 'forged':
        return null;
    }
  };

  const build = ({ draft, caller, forged, tricks }: Plan): Wire => {
    const authorization = credentialOf(caller, forged);
    const filled = fillDraft(draft, pool);
    const shaped = tricks.reduce((value, { onDraft }) => onDraft?.(value) ?? value, filled);
    const written = toWire(shaped);
    const headers = {
      ...written.headers,
      // The shield counts by address, and this is about something else.
      'cf-connecting-ip': randomUUID(),
      ...(authorization === undefined ? {} : { authorization }),
    };
    return tricks.reduce<Wire>((wire, { onWire }) => onWire?.(wire) ?? wire, { ...written, headers });
  };

  const judgeRights = (caller: Caller, wire: Wire, { operation }: Reading, answer: Answer): string | null => {
    if (isReplay(answer) || !operation) return null;
    const { operationId, isPublic, isOpen } = operation;
    const who = isPublic ? null : ownerOf(caller);
    if (answer.status >= 400) return rights.faultOfRefusal(who, { operation, wire, answer });
    const fault = rights.fault(who, { operation, wire, answer });
    if (fault !== null || isPublic) return fault;
    const isForged = caller === 'forged' || (caller === 'ended' && ended.length === 0);
    if (isForged || (caller === 'nobody' && !isOpen))
      return `${operationId} let somebody in without credentials`;
    const writes = wire.method !== 'GET' && wire.method !== 'HEAD' && !BELIEVES_TOKENS.has(operationId);
    return caller === 'ended' && writes ? `${operationId} was done with credentials that had ended` : null;
  };

  /** What was done is not done again: the first answer comes back, to the byte; a refusal is the same one. */
  const judgeReplay = async (wire: Wire, { operation }: Reading, first: Answer): Promise<string | null> => {
    const isAsked = wire.method === 'POST' && wire.headers['idempotency-key'] !== undefined;
    if (!isAsked || !operation || ENDS.has(operation.operationId)) return null;
    if (first.status >= 300 && !isFinal(first)) return null;
    const again = await send(wire);
    const isSame =
      first.status < 300
        ? again.text === first.text && isReplay(again)
        : withoutRequestId(again) === withoutRequestId(first);
    return isSame && again.status === first.status
      ? null
      : `${operation.operationId} answered ${again.status} ${again.text} the second time`;
  };

  const leave = async (caller: keyof typeof people, because: { isAsked: boolean }): Promise<void> => {
    if (because.isAsked) ended.push(people[caller]);
    people[caller] = await visitors.comeBack(pool, people[caller]);
  };

  const learn = async (caller: Caller, wire: Wire, reading: Reading, answer: Answer): Promise<void> => {
    const body = answer.text.startsWith('{') ? JSON.parse(answer.text) : null;
    const { operation } = reading;
    const isDone = answer.status < 300 && operation !== null && !isReplay(answer);
    const who = ownerOf(caller);
    if (answer.status < 400 || operation?.operationId === 'login') {
      pool.harvest(body, who, placeIn(wire));
    }
    if (wire.headers['idempotency-key']) pool.put('Idempotency-Key', wire.headers['idempotency-key']);
    const { etag } = answer.headers;
    if (etag) {
      pool.put('If-None-Match', etag);
      const path = wire.target.split('?', 1)[0] ?? '';
      for (const name of ['If-None-Match', 'If-Match', 'If-Range']) pool.putNewest(name, etag, path);
    }
    if (isDone) rights.learn(who, { operation, wire, answer });
    if (isDone && operation.operationId === 'eraseMe' && who !== null) rights.forget(who);
    const { first } = people;
    if (caller === 'key' && OVER.has(body?.code))
      people.first = { ...first, ...(await visitors.comeBack(pool, first)) };
    if (caller !== 'first' && caller !== 'second' && caller !== 'third') return;
    const isAsked = isDone && ENDS.has(operation.operationId);
    if (isAsked || OVER.has(body?.code))
      await leave(caller, { isAsked: isAsked || body.code === 'auth.session_ended' });
  };

  const count = ({ operation, verdict }: Reading, { status, text }: Answer): void => {
    const code = status < 400 ? '' : ` ${JSON.parse(text || '{}').code}`;
    for (const name of [verdict, `${operation?.operationId ?? 'nowhere'} ${status}${code}`]) {
      tally.set(name, (tally.get(name) ?? 0) + 1);
    }
  };

  /** Counted, judged, learned from; what is wrong about it or null. */
  const look = async (
    caller: Caller,
    wire: Wire,
    reading: Reading,
    answer: Answer,
  ): Promise<string | null> => {
    count(reading, answer);
    const wrong =
      judge(rulebook, catalogue, wire, reading, answer) ?? judgeRights(caller, wire, reading, answer);
    await learn(caller, wire, reading, answer);
    return wrong;
  };

  /** What one person is about to do with their own, somebody else asks for first. */
  const askAsOther = async (caller: Caller, wire: Wire, reading: Reading): Promise<string | null> => {
    const isOwners = caller === 'first' || caller === 'key';
    const guest = rights.guestOf(wire);
    if (!(isOwners || guest) || reading.verdict !== 'valid' || reading.operation?.isPublic !== false)
      return null;
    if (idsIn(wire).length === 0) return null;
    const { 'idempotency-key': _, ...headers } = wire.headers;
    const asking = guest === people.second.email ? 'third' : 'second';
    const own = { authorization: `Bearer ${people[asking].token}`, 'cf-connecting-ip': randomUUID() };
    const whichever = headers['if-match'] === undefined ? {} : { 'if-match': '*' };
    const other = { ...wire, headers: { ...headers, ...own, ...whichever } };
    return look(asking, other, rulebook.read(other), await send(other));
  };

  return {
    async run(plan) {
      const wire = build(plan);
      const reading = rulebook.read(wire);
      const wrongBefore = plan.isRepeated ? await askAsOther(plan.caller, wire, reading) : null;
      const answer = await send(wire);
      const again = plan.isRepeated ? await judgeReplay(wire, reading, answer) : null;
      const wrong = wrongBefore ?? (await look(plan.caller, wire, reading, answer)) ?? again;
      if (wrong === null) return;
      const done = plan.tricks.map((trick) => trick.name).join(', ') || 'nothing';
      throw new Error(
        [
          wrong,
          `asked by ${plan.caller}${wrongBefore ? ', but first by the other' : ''}, ${reading.verdict}, tricks: ${done}`,
          toCurl(url, wire),
          `${answer.status} ${answer.text.slice(0, 1_000)}`,
        ].join('\n'),
      );
    },
  };
}
