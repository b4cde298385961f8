import type { Effect, EffectOutcome } from '../ports.ts';
import type { DarajaClient } from './client.ts';
import { addressOf, CURRENCY, type MpesaNeeds } from './needs.ts';
import { toMpesaPhone } from './phone.ts';
import { toPayoutShillings } from './shillings.ts';

const SHORTCODE_IDENTIFIER = '4';
const DUPLICATE = /duplicate originatorconversationid/i;

/** Money to a phone, under the effect's id: Daraja takes the same id on once. */
export function createPayouts(needs: MpesaNeeds, client: DarajaClient) {
  const { settings } = needs;
  const toldAt = (effect: Effect) => {
    const address = addressOf(needs, needs.callbackTokenOf(effect));
    return { QueueTimeOutURL: address, ResultURL: address };
  };

  return {
    async pay(effect: Effect): Promise<EffectOutcome> {
      const shillings = effect.currency === CURRENCY ? toPayoutShillings(effect.amount) : null;
      const phone = effect.destination === null ? null : toMpesaPhone(effect.destination);
      if (shillings === null) return { kind: 'refused', code: 'amount_not_payable' };
      if (phone === null) return { kind: 'refused', code: 'phone_not_payable' };

      const said = await client.post('/mpesa/b2c/v3/paymentrequest', {
        OriginatorConversationID: effect.id,
        InitiatorName: settings.initiator,
        SecurityCredential: settings.securityCredential,
        CommandID: 'BusinessPayment',
        Amount: shillings,
        PartyA: settings.shortcode,
        PartyB: phone,
        Remarks: effect.kind === 'refund' ? 'Roost refund' : 'Roost payout',
        ...toldAt(effect),
      });
      if (said.kind === 'accepted' || DUPLICATE.test(said.message)) return pending(effect);
      return { kind: said.kind === 'refused' ? 'refused' : 'unknown', code: said.code };
    },

    /** The answer is told by a callback like the result itself. */
    async ask(effect: Effect): Promise<EffectOutcome> {
      const said = await client.post('/mpesa/transactionstatus/v1/query', {
        Initiator: settings.initiator,
        SecurityCredential: settings.securityCredential,
        CommandID: 'TransactionStatusQuery',
        OriginalConversationID: effect.id,
        PartyA: settings.shortcode,
        IdentifierType: SHORTCODE_IDENTIFIER,
        Remarks: 'Roost status',
        ...toldAt(effect),
      });
      return said.kind === 'accepted' ? pending(effect) : { kind: 'unknown', code: said.code };
    },
  };
}

const pending = (effect: Effect): EffectOutcome => ({ kind: 'pending', reference: effect.id });
