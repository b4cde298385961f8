import type { Clock } from './clock.ts';
import { createDeliveryFaults, NO_FAULT, type PlannedFault, type Receiver } from './delivery-faults.ts';
import { Problem } from './problem.ts';
import { type Sending, toSending } from './sending.ts';
import type { Store } from './store.ts';

const SECOND = 1_000;
const TIMEOUT_MS = 10 * SECOND;
/** After so many tries it is given up, and waits for somebody to send it again. */
const BACKOFF_SECONDS = [1, 5, 30, 300, 3_600, 21_600, 43_200];
const HELD_MS = 3_600 * SECOND;
const MAX_KEPT = 5_000;
const MAX_LISTED = 200;

const ONE = /^\/sandbox\/deliveries\/(dlv_[0-9a-f-]{36})$/;

type Row = {
  seq: number;
  id: string;
  target: Receiver;
  path: string;
  headers: string;
  body: string;
  mode: PlannedFault['mode'];
  state: 'waiting' | 'held' | 'delivered' | 'dropped' | 'given_up';
  attempts: number;
  last_status: number | null;
  due_at: number;
  created_at: number;
};

export type Deliveries = ReturnType<typeof createDeliveries>;

/**
 * What the providers tell Roost: kept here until Roost has answered with a 2xx, and signed anew at every
 * sending. Without the binding to Roost everything waits, and can be read.
 */
export function createDeliveries(store: Store, clock: Clock, api: Pick<Fetcher, 'fetch'> | undefined) {
  const { sql } = store;
  const faults = createDeliveryFaults(store);
  let chosen: PlannedFault | null = null;
  let running: Promise<void> = Promise.resolve();

  const find = (id: string) => sql.exec<Row>('SELECT * FROM delivery WHERE id = ?', id).toArray()[0];
  const nextDue = () =>
    sql
      .exec<Row>(
        "SELECT * FROM delivery WHERE state IN ('waiting', 'held') AND due_at <= ? ORDER BY seq LIMIT 1",
        clock.now(),
      )
      .toArray()[0];

  const insert = (sending: Sending & { target: Receiver }, fault: PlannedFault) => {
    const id = `dlv_${crypto.randomUUID()}`;
    const { target, path, headers, body } = sending;
    const { mode, lateMs } = fault;
    const state = mode === 'drop' ? 'dropped' : mode === 'reorder' ? 'held' : 'waiting';
    const now = clock.now();
    const dueAt = now + (mode === 'reorder' ? HELD_MS : lateMs);
    sql.exec(
      `INSERT INTO delivery (id, target, path, headers, body, mode, state, due_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, target, path, JSON.stringify(headers), body, mode, state, dueAt, now],
    );
    sql.exec('DELETE FROM delivery WHERE seq <= (SELECT max(seq) FROM delivery) - ?', MAX_KEPT);
    return id;
  };

  const send = async (row: Row, receiver: Pick<Fetcher, 'fetch'>) => {
    const spoilt = row.attempts === 0 ? row.mode : 'none';
    const whole = { ...row, headers: JSON.parse(row.headers) as Record<string, string> };
    const { path, headers, body } = await toSending(whole, spoilt, clock.now());
    const status = await ask(receiver, path, { method: 'POST', headers, body });

    const attempts = row.attempts + 1;
    const isDelivered = status !== null && status >= 200 && status < 300;
    const waitSeconds = BACKOFF_SECONDS[row.attempts];
    const state = isDelivered ? 'delivered' : waitSeconds === undefined ? 'given_up' : 'waiting';
    sql.exec(
      'UPDATE delivery SET state = ?, attempts = ?, last_status = ?, due_at = ? WHERE seq = ?',
      ...[state, attempts, status, clock.now() + (waitSeconds ?? 0) * SECOND, row.seq],
    );
    if (isDelivered) {
      sql.exec(
        "UPDATE delivery SET state = 'waiting', due_at = ? WHERE state = 'held' AND target = ? AND seq < ?",
        ...[clock.now(), row.target, row.seq],
      );
    }
  };

  /** One after the other, whoever asks for it: two runs at once would send the same thing twice. */
  const inTurn = (work: (receiver: Pick<Fetcher, 'fetch'>) => Promise<void>): Promise<void> => {
    if (!api) return Promise.resolve();
    const turn = running.then(() => work(api));
    running = turn.catch(() => {});
    return turn;
  };

  return {
    faults,
    owns: (pathname: string): boolean => ONE.test(pathname),

    /** In the transaction of what it tells about. */
    post(sending: Sending & { target: Receiver }): void {
      const fault = chosen ?? faults.take(sending.target);
      insert(sending, fault);
      if (fault.mode === 'duplicate') insert(sending, NO_FAULT);
    },

    /** What is posted by this work meets the fault. */
    meeting<T>(fault: PlannedFault | null, work: () => T): T {
      chosen = fault;
      try {
        return work();
      } finally {
        chosen = null;
      }
    },

    run: () =>
      inTurn(async (receiver) => {
        for (let row = nextDue(); row; row = nextDue()) await send(row, receiver);
      }),

    nextAt(): number | null {
      if (!api) return null;
      const [row] = sql
        .exec<{ at: number | null }>(
          "SELECT min(due_at) AS at FROM delivery WHERE state IN ('waiting', 'held')",
        )
        .toArray();
      return row?.at ?? null;
    },

    list(): Response {
      const rows = sql.exec<Row>('SELECT * FROM delivery ORDER BY seq DESC LIMIT ?', MAX_LISTED).toArray();
      return Response.json({ data: rows.map(toDelivery) });
    },

    empty(): Response {
      sql.exec('DELETE FROM delivery');
      return new Response(null, { status: 204 });
    },

    /** With what would be sent at this moment, signature and all. */
    async get(request: Request): Promise<Response> {
      const row = known(request, find);
      const whole = { ...row, headers: JSON.parse(row.headers) as Record<string, string> };
      const spoilt = row.attempts === 0 ? row.mode : 'none';
      return Response.json({ ...toDelivery(row), request: await toSending(whole, spoilt, clock.now()) });
    },

    /** Once more and at once, whatever became of it before. */
    async redeliver(request: Request): Promise<Response> {
      const { id } = known(request, find);
      if (!api) throw new Problem(409, 'deliveries.no_receiver', 'Roost is not bound to this sandbox.');

      await inTurn(async (receiver) => {
        const row = known(request, find);
        await send({ ...row, attempts: Math.max(1, row.attempts) }, receiver);
      });
      return Response.json(toDelivery(find(id) as Row));
    },
  };
}

async function ask(
  receiver: Pick<Fetcher, 'fetch'>,
  path: string,
  init: RequestInit,
): Promise<number | null> {
  try {
    const request = new Request(`http://roost${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const response = await receiver.fetch(request);
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

function known(request: Request, find: (id: string) => Row | undefined): Row {
  const row = find(ONE.exec(new URL(request.url).pathname)?.[1] ?? '');
  if (!row) throw new Problem(404, 'request.not_found', 'There is no such delivery.');
  return row;
}

function toDelivery(row: Row) {
  const { id, target, path, body, mode, state, attempts } = row;
  return {
    ...{ id, target, path, body, mode, state, attempts },
    lastStatus: row.last_status,
    dueAt: new Date(row.due_at).toISOString(),
    createdAt: new Date(row.created_at).toISOString(),
  };
}
