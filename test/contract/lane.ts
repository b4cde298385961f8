import { randomUUID } from 'node:crypto';
import { fillSlots, toWire } from './draft.ts';
import { type Catalogue, judge } from './judge.ts';
import type { Caller, Plan } from './plans.ts';
import { createPool } from './pool.ts';
import type { Reading, Rulebook } from './rulebook.ts';
import type { createVisitors } from './visitors.ts';
import { type Answer, type Send, toCurl, type Wire } from './wire.ts';

/** Two people and all that they were given, asking one thing after another. */
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

/** Answers with what may be read, writes nothing, and so believes a token to its end. */
const READS_BY_POST = new Set(['startPasskey']);
const OVER = new Set(['auth.session_ended', 'auth.invalid_token']);
const ENDS = new Set(['logout', 'eraseMe']);
const ID_IN_PATH = /\b(?:ses|key|psk)_[0-9a-z]{26}\b/;

/** What was answered in better days: nothing was done again, and nobody's session ended by it. */
const isReplay = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true';

export async function openLane({ url, send, rulebook, catalogue, visitors, tally }: Setting): Promise<Lane> {
  const pool = createPool();
  const people = {
    first: await visitors.arrive(pool),
    second: await visitors.arrive(pool),
  };
  const ended: string[] = [];

  const credentialOf = (caller: Caller, forged: string): string | undefined => {
    switch (caller) {
      case 'nobody':
        return undefined;
      case 'first':
      case 'second':
        return `Bearer ${people[caller].token}`;
      case 'key':
        return `Bearer ${people.first.key}`;
      case 'ended':
        return ended.at(-1) ?? forged;
      case 'forged':
        return forged;
    }
  };

  const ownerOf = (caller: Caller): string | null =>
    caller === 'first' || caller === 'key'
      ? people.first.email
      : caller === 'second'
        ? people.second.email
        : null;

  const build = ({ draft, caller, forged, tricks }: Plan): Wire => {
    const filled = {
      ...draft,
      ...fillSlots({ ...draft, operation: null }, pool),
      operation: draft.operation,
    };
    const authorization = credentialOf(caller, forged);
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

  /** What a person may expect whatever the contract says: no foreign things, no things that are gone. */
  const judgeRights = (caller: Caller, wire: Wire, reading: Reading, answer: Answer): string | null => {
    if (answer.status >= 400 || isReplay(answer) || !reading.operation) return null;
    const { operationId, isPublic } = reading.operation;
    const id = ID_IN_PATH.exec(wire.target)?.[0];
    if (id && pool.isGone(id)) return `${id} was removed, and ${operationId} found it`;
    if (id && pool.ownerOf(id) !== ownerOf(caller))
      return `${id} is somebody else's, and ${operationId} found it`;
    if (isPublic) return null;
    if (caller === 'nobody' || caller === 'forged')
      return `${operationId} let somebody in without credentials`;
    const writes = wire.method !== 'GET' && wire.method !== 'HEAD' && !READS_BY_POST.has(operationId);
    return caller === 'ended' && writes ? `${operationId} was done with credentials that had ended` : null;
  };

  const leave = async (caller: 'first' | 'second', because: { isAsked: boolean }): Promise<void> => {
    const { token } = people[caller];
    if (because.isAsked) ended.push(`Bearer ${token}`);
    people[caller] = await visitors.comeBack(pool, people[caller]);
  };

  const learn = async (caller: Caller, wire: Wire, reading: Reading, answer: Answer): Promise<void> => {
    const body = answer.text.startsWith('{') ? JSON.parse(answer.text) : null;
    if (answer.status < 400 || reading.operation?.operationId === 'login') {
      pool.harvest(body, ownerOf(caller));
    }
    if (wire.headers['idempotency-key']) pool.put('Idempotency-Key', wire.headers['idempotency-key']);
    if (answer.headers.etag) pool.put('If-None-Match', answer.headers.etag);
    const isDone = answer.status < 300 && reading.operation !== null && !isReplay(answer);
    if (isDone && wire.method === 'DELETE') {
      const id = ID_IN_PATH.exec(wire.target)?.[0];
      if (id) pool.bury(id);
    }
    const { first } = people;
    if (caller === 'key' && OVER.has(body?.code))
      people.first = { ...first, ...(await visitors.comeBack(pool, first)) };
    if (caller !== 'first' && caller !== 'second') return;
    const isAsked = isDone && ENDS.has(reading.operation?.operationId ?? '');
    if (isAsked || OVER.has(body?.code))
      await leave(caller, { isAsked: isAsked || body.code === 'auth.session_ended' });
  };

  const count = ({ operation, verdict }: Reading, { status, text }: Answer): void => {
    const code = status < 400 ? '' : ` ${JSON.parse(text || '{}').code}`;
    for (const name of [verdict, `${operation?.operationId ?? 'nowhere'} ${status}${code}`]) {
      tally.set(name, (tally.get(name) ?? 0) + 1);
    }
  };

  return {
    async run(plan) {
      const wire = build(plan);
      const reading = rulebook.read(wire);
      const answer = await send(wire);
      count(reading, answer);

      const wrong =
        judge(rulebook, catalogue, wire, reading, answer) ?? judgeRights(plan.caller, wire, reading, answer);
      await learn(plan.caller, wire, reading, answer);
      if (wrong === null) return;
      const done = plan.tricks.map((trick) => trick.name).join(', ') || 'nothing';
      throw new Error(
        [
          wrong,
          `asked by ${plan.caller}, ${reading.verdict}, tricks: ${done}`,
          toCurl(url, wire),
          `${answer.status} ${answer.text.slice(0, 1_000)}`,
        ].join('\n'),
      );
    },
  };
}
