import { z } from 'zod';
import { readJson } from './body.ts';
import type { Deliveries } from './deliveries.ts';
import { DeliveryFault, planFault } from './delivery-faults.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const PATH = /^\/sandbox\/payments\/(pay_[0-9a-z]{1,80})$/;

const Outcome = z.enum(['succeed', 'fail', 'dispute', 'win_dispute', 'lose_dispute', 'fail_refund']);
export type Outcome = z.infer<typeof Outcome>;
const Play = z.strictObject({ outcome: Outcome, faults: DeliveryFault.optional() });

/** A provider at which a guest can pay. `play` writes and posts what is to be told, in one transaction. */
export type Player = {
  knows(paymentId: string): boolean;
  play(paymentId: string, outcome: Outcome): void;
};

/** What a guest does on the own device, and what the guest's bank does later. */
export function createPayments(store: Store, deliveries: Deliveries, players: readonly Player[]) {
  return {
    owns: (pathname: string): boolean => PATH.test(pathname),

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
