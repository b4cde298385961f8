import { z } from 'zod';
import { readJson } from './body.ts';
import type { Deliveries } from './deliveries.ts';
import { DeliveryFault, planFault, type Receiver } from './delivery-faults.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const PATH = /^\/sandbox\/payments\/(pay_[0-9a-z]{1,80})$/;
/** Of each provider. */
const MAX_LISTED = 50;

const Outcome = z.enum(['succeed', 'fail', 'dispute', 'win_dispute', 'lose_dispute', 'fail_refund']);
export type Outcome = z.infer<typeof Outcome>;
const Play = z.strictObject({ outcome: Outcome, faults: DeliveryFault.optional() });

/** What a person sees of a payment; `outcomes` are those that are not refused now. */
export type ShownPayment = {
  paymentId: string;
  provider: Receiver;
  amount: { amount: number; currency: string };
  state: string;
  outcomes: readonly string[];
  /** The booking, or the phone, as far as the provider was told. */
  about: string;
  askedAt: string;
};
export type Shows = { show(most: number): ShownPayment[] };

/** A provider at which a guest can pay. `play` writes and posts what is to be told, in one transaction. */
export type Player = Shows & {
  knows(paymentId: string): boolean;
  play(paymentId: string, outcome: Outcome): void;
};

/** What a guest does on the own device, and what the guest's bank does later. */
export function createPayments(
  store: Store,
  deliveries: Deliveries,
  players: readonly Player[],
  others: readonly Shows[],
) {
  return {
    owns: (pathname: string): boolean => PATH.test(pathname),

    /** The newest first, whoever was asked for it. */
    list(): Response {
      const shown = [...players, ...others].flatMap((provider) => provider.show(MAX_LISTED));
      const data = shown.sort((one, other) => Date.parse(other.askedAt) - Date.parse(one.askedAt));
      return Response.json({ data });
    },

    async play(request: Request): Promise<Response> {
      const { outcome, faults } = await readJson(request, Play);
      const paymentId = PATH.exec(new URL(request.url).pathname)?.[1] ?? '';
      const player = players.find(({ knows }) => knows(paymentId));
      if (!player)
        throw new Problem(404, 'payments.not_found', `No provider has been asked for ${paymentId} yet.`);

      const fault = faults ? planFault(faults) : null;
      deliveries.meeting(fault, () => store.transaction(() => player.play(paymentId, outcome)));
      await deliveries.run();
      return Response.json({ paymentId, outcome });
    },
  };
}

export const notNow = (paymentId: string, outcome: Outcome, state: string) =>
  new Problem(
    409,
    'payments.not_now',
    `${paymentId} is ${state}, so it cannot ${outcome.replace('_', ' ')}.`,
  );
