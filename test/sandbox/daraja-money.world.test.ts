import { describe, expect, it } from 'vitest';
import { PATIENCE, PHONE, readResult, readStk, useDaraja } from './daraja.ts';
import { openSandbox } from './ground.ts';

const place = openSandbox();
const { call, restart, received } = place;
const daraja = useDaraja(place);
const { told } = daraja;
const id = () => `eff_${crypto.randomUUID()}`;
const results = async () => (await told('/eff_1.')).map(({ body }) => readResult(body));

async function takePayment(): Promise<string> {
  const { paymentId } = await daraja.ask();
  expect((await daraja.play(paymentId, 'succeed')).status).toBe(200);
  const [paid] = await told(paymentId);
  return readStk(paid?.body ?? {}).items.MpesaReceiptNumber as string;
}

describe('money to a phone', () => {
  it('is taken on under the name its sender gave, and told by a result', async () => {
    const originator = id();
    const taken = await daraja.pay({ OriginatorConversationID: originator });
    expect(taken.body).toEqual({
      ConversationID: expect.stringMatching(/^AG_\d{8}_[0-9a-f]{20}$/),
      OriginatorConversationID: originator,
      ResponseCode: '0',
      ResponseDescription: 'Accept the service request successfully.',
    });

    await expect.poll(() => received.length, PATIENCE).toBe(1);
    const [one, ...more] = await told();
    expect(more).toEqual([]);
    expect(one?.path).toBe('/v1/webhooks/mpesa/eff_1.s3cret');
    const { code, raw, parameters } = readResult(one?.body ?? {});
    expect([code, raw.OriginatorConversationID]).toEqual(['0', originator]);
    expect(parameters).toMatchObject({ TransactionAmount: 700, TransactionReceipt: raw.TransactionID });
    expect(parameters.ReceiverPartyPublicName).toMatch(PHONE);
  });

  it('moves once, however often its name comes, also after a restart', async () => {
    const OriginatorConversationID = id();
    await daraja.pay({ OriginatorConversationID });
    await restart();
    for (const Amount of [700, 900]) {
      const again = await daraja.pay({ OriginatorConversationID, Amount });
      expect(again).toMatchObject({
        status: 500,
        body: { errorCode: '500.002.1001', errorMessage: 'Duplicate OriginatorConversationID.' },
      });
    }
    expect(await results()).toHaveLength(1);
  });

  it.each([
    ['a number that nobody has', { PartyB: '254799999999' }, '2040'],
    ['less than M-Pesa moves', { Amount: 9 }, '2'],
  ])('fails later for %s', async (_, fields, code) => {
    const OriginatorConversationID = id();
    expect((await daraja.pay({ ...fields, OriginatorConversationID })).body.ResponseCode).toBe('0');
    expect(await results()).toEqual([expect.objectContaining({ code, parameters: {} })]);

    await daraja.status({ OriginalConversationID: OriginatorConversationID });
    expect((await results())[1]?.parameters.TransactionStatus).toBe('Failed');
  });

  it.each([
    ['Amount', { Amount: '10.5' }],
    ['Amount', { Amount: 250_001 }],
    ['PartyB', { PartyB: '0708374149' }],
    ['CommandID', { CommandID: 'Gift' }],
    ['Remarks', { Remarks: 'x' }],
    ['ResultURL', { ResultURL: 'nowhere' }],
    ['SecurityCredential', { SecurityCredential: '' }],
    ['OriginatorConversationID', { OriginatorConversationID: '' }],
  ])('is refused with an invalid %s, and nothing moves', async (name, fields) => {
    const refused = await daraja.pay(fields);
    expect([refused.status, refused.body.errorMessage]).toEqual([400, `Bad Request - Invalid ${name}`]);
    expect(await told()).toEqual([]);
  });

  it('can be told twice or never', async () => {
    const names = [id(), id()];
    for (const [index, mode] of ['duplicate', 'drop'].entries()) {
      await call('POST', '/sandbox/delivery-faults', { target: 'mpesa', mode, times: 1 });
      await daraja.pay({ OriginatorConversationID: names[index] });
    }
    const tellings = (await results()).map(({ raw }) => raw.OriginatorConversationID);
    expect(tellings).toEqual([names[0], names[0]]);
    await daraja.status({ OriginalConversationID: names[1] });
    expect((await results())[2]?.parameters.TransactionStatus).toBe('Completed');
  });
});

describe('a reversal', () => {
  it('takes a payment back once', async () => {
    const receipt = await takePayment();
    expect((await daraja.reverse(receipt)).body.ResponseCode).toBe('0');
    await daraja.reverse(receipt);

    const [first, second] = await results();
    expect(first).toMatchObject({ code: '0', parameters: { OriginalTransactionID: receipt, Amount: 1500 } });
    expect(second).toMatchObject({ code: 'R000001', parameters: {} });
  });

  it('takes back nothing that was not paid, and no more than was', async () => {
    const receipt = await takePayment();
    await daraja.reverse('NOSUCHONE0');
    await daraja.reverse(receipt, { Amount: 1501 });
    expect((await results()).map(({ code }) => code)).toEqual(['R000002', 'R000002']);

    const refused = await daraja.reverse(receipt, { RecieverIdentifierType: '4' });
    expect(refused.body.errorMessage).toBe('Bad Request - Invalid RecieverIdentifierType');
    expect(await results()).toHaveLength(2);
  });
});

describe('the status of a transaction', () => {
  it('is told by its receipt or by the name its sender gave', async () => {
    const receipt = await takePayment();
    const originator = id();
    await daraja.pay({ OriginatorConversationID: originator });
    await daraja.status({ TransactionID: receipt });
    await daraja.status({ OriginalConversationID: originator });

    const [sent, ofPayment, ofTransfer] = await results();
    expect(ofPayment?.parameters).toMatchObject({
      ReceiptNo: receipt,
      Amount: 1500,
      TransactionStatus: 'Completed',
    });
    expect(ofTransfer?.parameters).toMatchObject({
      ReceiptNo: sent?.raw.TransactionID,
      Amount: '700',
      TransactionStatus: 'Completed',
      OriginatorConversationID: originator,
    });
    expect(ofTransfer?.raw.OriginatorConversationID).not.toBe(originator);
  });

  it('is nothing for what was never asked', async () => {
    await daraja.status({ OriginalConversationID: id() });
    expect(await results()).toEqual([expect.objectContaining({ code: 'R000002', parameters: {} })]);
    expect((await daraja.status({})).body.errorMessage).toBe('Bad Request - Invalid TransactionID');
    expect(await results()).toHaveLength(1);
  });
});

it('a body that is no object of JSON is refused in the shape of Daraja', async () => {
  const authorization = `Bearer ${await daraja.authorize()}`;
  const path = '/sandbox/daraja/mpesa/b2c/v3/paymentrequest';
  for (const body of ['', '[]', 'null', '{', '"x"']) {
    const headers = { authorization, 'content-type': 'application/json' };
    const refused = await call('POST', path, body, headers);
    expect([refused.status, refused.body.errorCode], body).toEqual([400, '400.002.05']);
  }
  expect((await call('POST', path, 'a=b', { authorization })).body.errorCode).toBe('400.002.05');
  const elsewhere = await call('POST', '/sandbox/daraja/mpesa/b2c/v1/paymentrequest', {}, { authorization });
  expect([elsewhere.status, elsewhere.body.errorCode]).toEqual([404, '404.002.01']);
  expect(await told()).toEqual([]);
});
