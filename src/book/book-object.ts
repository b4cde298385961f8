import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../kernel/clock.ts';
import type { Night, Stay } from '../kernel/stay.ts';
import type { Guests, Rates } from '../pricing/index.ts';
import { importBlocks } from './calendar/import-blocks.ts';
import { listTaken } from './calendar/list-taken.ts';
import { checkAvailability, showCalendar } from './calendar/look-at-calendar.ts';
import { putRates, putRules, type Seen as SeenVersions } from './calendar/put-settings.ts';
import { quoteStay, type StayRequest } from './calendar/quote-stay.ts';
import { readRates, readRules } from './calendar/read-settings.ts';
import { updateCalendar } from './calendar/update-calendar.ts';
import { changeCoHost } from './change-co-host.ts';
import { changeStatus, type StatusChange } from './change-status.ts';
import { type Call, isRefused, refuse } from './command.ts';
import { compare, type Seen } from './compare.ts';
import type { CoHostAccess, ImportedBlock, ToldFacts } from './facts.ts';
import { forgetHost } from './forget-host.ts';
import { Keeper, type Replay, recall } from './keeper.ts';
import { type LiveMessage, liveMessagesAfter, MAX_WATCHERS, MAX_WATCHERS_EACH } from './live.ts';
import { applyPaymentEvents } from './money/apply-payment-events.ts';
import { attachPayment } from './money/attach-payment.ts';
import { createRefund, type GoodwillRefund } from './money/create-refund.ts';
import type { PaymentEvent } from './money/payment.ts';
import { readPayment } from './money/read-payment.ts';
import { readPaymentOf } from './money/read-payment-of.ts';
import { refundAsStaff } from './money/refund-as-staff.ts';
import { type Retry, retryEffect } from './money/retry-effect.ts';
import { retryPayout } from './money/retry-payout.ts';
import { type SettledEffect, settleEffect } from './money/settle-effect.ts';
import { type SettledPayout, settlePayout } from './money/settle-payout.ts';
import { type PaymentStart, startPayment } from './money/start-payment.ts';
import type { Sink } from './outbox/drain.ts';
import { readForSearch } from './read-for-search.ts';
import type { CalendarChange, Rules } from './schemas.ts';
import { type AlterationRequest, answerAlteration, requestAlteration } from './stays/alterations.ts';
import { answerRequest } from './stays/answer-request.ts';
import {
  cancelBooking,
  cancelBookingAsStaff,
  markNoShow,
  type StaffCancellation,
} from './stays/cancel-booking.ts';
import { createBooking, type NewBooking } from './stays/create-booking.ts';
import { forgetGuest } from './stays/forget-guest.ts';
import { listEvents } from './stays/list-events.ts';
import { previewRefundOf, readBooking } from './stays/read-booking.ts';
import { joinWaitlist, leaveWaitlist, listWaitlist } from './stays/waitlist.ts';
import type { Transactor } from './store/transactor.ts';
import { tellFacts } from './tell-facts.ts';

/** Of a WebSocket that is closed; from 4000 on they are an application's own. */
const NOT_PUBLISHED = 4404;
const GATHERING_MS = 50;

type Watcher = { readonly seq: number };

/**
 * The book of one property: the only writer of what can be sold there and to whom it is sold.
 * Always true here: a command is one synchronous transaction; `version` grows by one with each that changes
 * something; what leaves the book leaves through its outbox. Refusals are values. Nobody is believed here but
 * the Worker, which says who calls.
 */
export abstract class Book extends DurableObject<Cloudflare.Env> {
  readonly #keeper: Keeper;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { storage } = state;
    this.#keeper = new Keeper({
      storage,
      sink: this.openSink(),
      random: Math.random,
      // Not awaited: it is part of the transaction that it is called in.
      wakeIn: (waitMs) =>
        void (waitMs === null ? storage.deleteAlarm() : storage.setAlarm(Date.now() + waitMs)),
      gather: () => scheduler.wait(GATHERING_MS),
    });
  }

  protected abstract openSink(): Sink;
  protected abstract openClock(): Promise<Clock>;

  tellFacts(call: Call, told: ToldFacts) {
    this.#keeper.open();
    return this.#runAndTell(call, (tx) => tellFacts(tx, call, told));
  }

  changeStatus(call: Call, change: StatusChange) {
    return this.#runAndTell(call, (tx) => changeStatus(tx, call, change));
  }

  changeCoHost(call: Call, change: { accountId: string; access: CoHostAccess | null }) {
    return this.#runAndTell(call, (tx) => changeCoHost(tx, call, change));
  }

  forgetHost(call: Call) {
    return this.#runAndTell(call, (tx) => forgetHost(tx, call));
  }

  readRates(call: Call) {
    return this.#keeper.look((reader) => readRates(reader, call));
  }

  putRates(call: Call, rates: Rates, seen: SeenVersions) {
    return this.#runAndTell(call, (tx) => putRates(tx, call, rates, seen));
  }

  readRules(call: Call) {
    return this.#keeper.look((reader) => readRules(reader, call));
  }

  putRules(call: Call, rules: Rules, seen: SeenVersions) {
    return this.#runAndTell(call, (tx) => putRules(tx, call, rules, seen));
  }

  showCalendar(call: Call, range: { from: Night; to: Night }) {
    return this.#keeper.look((reader) => showCalendar(reader, call, range));
  }

  updateCalendar(call: Call, changes: readonly CalendarChange[]) {
    return this.#runAndTell(call, (tx) => updateCalendar(tx, call, changes));
  }

  checkAvailability(call: Call, asked: { stay: Stay; guests: Guests }) {
    return this.#keeper.look((reader) => checkAvailability(reader, call, asked));
  }

  quoteStay(call: Call, request: StayRequest) {
    return this.#keeper.look((reader) => quoteStay(reader, call, request));
  }

  importBlocks(call: Call, set: { feedId: string; blocks: readonly ImportedBlock[] }) {
    return this.#runAndTell(call, (tx) => importBlocks(tx, call, set));
  }

  listTaken(call: Call) {
    return this.#keeper.look((reader) => listTaken(reader, call));
  }

  compare(call: Call, seen: Seen) {
    return this.#runAndTell(call, (tx) => compare(tx, call, seen));
  }

  createBooking(call: Call, booking: NewBooking, replay: Replay) {
    return this.#once(call, replay, (tx) => createBooking(tx, call, booking));
  }

  /** What a key was answered, and nothing new. */
  recallBooking(call: Call, replay: Replay) {
    return this.#keeper.look(
      (reader) => recall<ReturnType<typeof createBooking>>(reader, replay, call.now) ?? refuse('unknown_key'),
    );
  }

  readBooking(call: Call, bookingId: string) {
    return this.#act(call, (tx) => readBooking(tx, call, bookingId));
  }

  previewRefund(call: Call, asked: { bookingId: string; at: number | null }) {
    return this.#act(call, (tx) => previewRefundOf(tx, call, asked));
  }

  answerRequest(
    call: Call,
    answer: { bookingId: string; answer: 'accepted' | 'declined' },
    replay: Replay | null,
  ) {
    return this.#once(call, replay, (tx) => answerRequest(tx, call, answer));
  }

  cancelBooking(call: Call, which: { bookingId: string; reason: string | null }, replay: Replay | null) {
    return this.#once(call, replay, (tx) => cancelBooking(tx, call, which));
  }

  cancelBookingAsStaff(call: Call, cancellation: StaffCancellation, replay: Replay | null) {
    return this.#once(call, replay, (tx) => cancelBookingAsStaff(tx, call, cancellation));
  }

  markNoShow(call: Call, which: { bookingId: string; reason: string | null }, replay: Replay | null) {
    return this.#once(call, replay, (tx) => markNoShow(tx, call, which));
  }

  requestAlteration(call: Call, request: AlterationRequest, replay: Replay) {
    return this.#once(call, replay, (tx) => requestAlteration(tx, call, request));
  }

  answerAlteration(
    call: Call,
    answer: { bookingId: string; alterationId: string; answer: 'accepted' | 'declined' },
    replay: Replay | null,
  ) {
    return this.#once(call, replay, (tx) => answerAlteration(tx, call, answer));
  }

  startPayment(call: Call, start: PaymentStart) {
    return this.#act(call, (tx) => startPayment(tx, call, start));
  }

  attachPayment(call: Call, attached: { paymentId: string; reference: string }) {
    return this.#act(call, (tx) => attachPayment(tx, call, attached));
  }

  readPayment(call: Call, paymentId: string) {
    return this.#keeper.look((reader) => readPayment(reader, call, paymentId));
  }

  readPaymentOf(call: Call, bookingId: string) {
    return this.#act(call, (tx) => readPaymentOf(tx, call, bookingId));
  }

  applyPaymentEvents(call: Call, events: readonly PaymentEvent[]) {
    return this.#act(call, (tx) => applyPaymentEvents(tx, call, events));
  }

  settleEffect(call: Call, settled: SettledEffect) {
    return this.#act(call, (tx) => settleEffect(tx, call, settled));
  }

  settlePayout(call: Call, settled: SettledPayout) {
    return this.#act(call, (tx) => settlePayout(tx, call, settled));
  }

  retryPayout(call: Call, payoutId: string) {
    return this.#act(call, (tx) => retryPayout(tx, call, payoutId));
  }

  createRefund(call: Call, refund: GoodwillRefund, replay: Replay) {
    return this.#once(call, replay, (tx) => createRefund(tx, call, refund));
  }

  refundAsStaff(call: Call, refund: GoodwillRefund, replay: Replay) {
    return this.#once(call, replay, (tx) => refundAsStaff(tx, call, refund));
  }

  retryEffect(call: Call, retry: Retry) {
    return this.#act(call, (tx) => retryEffect(tx, call, retry));
  }

  joinWaitlist(call: Call, wish: { id: string; stay: Stay; guests: Guests }, replay: Replay | null) {
    return this.#once(call, replay, (tx) => joinWaitlist(tx, call, wish));
  }

  leaveWaitlist(call: Call, id: string) {
    return this.#act(call, (tx) => leaveWaitlist(tx, call, id));
  }

  listWaitlist(call: Call) {
    return this.#act(call, (tx) => listWaitlist(tx, call));
  }

  forgetGuest(call: Call, guestId: string) {
    return this.#act(call, (tx) => forgetGuest(tx, call, guestId));
  }

  listEvents(call: Call, page: { after: number; limit: number }) {
    return this.#act(call, (tx) => listEvents(tx, call, page));
  }

  readForSearch(call: Call) {
    return this.#keeper.look((reader) => readForSearch(reader, call));
  }

  /** Where this book stands: nothing, when it was never opened. */
  head() {
    return this.#keeper.look((reader) => ({ ...reader.head(), parked: reader.parkedCount() }));
  }

  #act<O extends { readonly ok: boolean }>(call: Call, command: (tx: Transactor) => O) {
    const outcome = this.#keeper.run(call.now, command);
    this.#tellLater(call);
    return outcome;
  }

  #once<O extends { readonly ok: boolean }>(
    call: Call,
    replay: Replay | null,
    command: (tx: Transactor) => O,
  ) {
    if (replay === null) return this.#act(call, command);
    const outcome = this.#keeper.once(call.now, replay, command);
    this.#tellLater(call);
    return outcome;
  }

  /** A guest does not wait for D1. */
  #tellLater(call: Call): void {
    this.#tellWatchers(call.now);
    this.ctx.waitUntil(this.#keeper.drain(() => call.now));
  }

  /** A watcher comes by WebSocket, says what it has seen, and is sent what came after. */
  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const now = Number(searchParams.get('now'));
    const facts = this.#keeper.look((reader) => reader.facts());
    if (facts === null || isRefused(facts) || facts.status !== 'published')
      return new Response(null, { status: 404 });
    const from = searchParams.get('from') ?? '';
    const isCrowded =
      this.ctx.getWebSockets().length >= MAX_WATCHERS ||
      this.ctx.getWebSockets(from).length >= MAX_WATCHERS_EACH;
    if (isCrowded) return new Response(null, { status: 429 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
    this.ctx.acceptWebSocket(server, [from]);
    const head = Number(this.#keeper.look((reader) => reader.seq()));
    const after = searchParams.get('after');
    const watcher: Watcher = { seq: after === null ? head : Number(after) };
    server.serializeAttachment(watcher);
    if (after === null) server.send(JSON.stringify({ type: 'ready', seq: head } satisfies LiveMessage));
    this.#tellWatcher(server, now);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Watchers only listen; a ping is answered without waking anybody. */
  override webSocketMessage(socket: WebSocket): void {
    socket.close(1008, 'Nothing is read here but ping');
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  /** Nobody who went away holds up what was done. */
  #tellWatchers(now: number): void {
    for (const socket of this.ctx.getWebSockets()) {
      try {
        this.#tellWatcher(socket, now);
      } catch {
        socket.close(1011);
      }
    }
  }

  /** What was sent is remembered with the socket, so that nothing is lost while the object sleeps. */
  #tellWatcher(socket: WebSocket, now: number): void {
    const { seq } = socket.deserializeAttachment() as Watcher;
    const messages = this.#keeper.look((reader) => {
      const facts = reader.facts();
      return facts?.status === 'published' ? liveMessagesAfter(reader, facts, seq, now) : null;
    });
    if (messages === null || isRefused(messages)) {
      socket.close(NOT_PUBLISHED, 'Not let any more');
      return;
    }
    for (const message of messages) {
      socket.send(JSON.stringify(message));
      socket.serializeAttachment({ seq: message.seq } satisfies Watcher);
    }
  }

  /** Never throws: an alarm that does is taken away in the end. */
  override async alarm(): Promise<void> {
    const clock = await this.openClock().catch(() => ({ now: () => Date.now() }));
    await this.#keeper.wake(() => clock.now());
    this.#tellWatchers(clock.now());
  }

  /** What a host says here, D1 knows before the host is answered, unless D1 is down: then the alarm tells it. */
  async #runAndTell<O extends { readonly ok: boolean }>(call: Call, command: (tx: Transactor) => O) {
    const outcome = this.#keeper.run(call.now, command);
    this.#tellWatchers(call.now);
    if (outcome.ok) await this.#keeper.drain(() => call.now);
    return outcome;
  }
}
