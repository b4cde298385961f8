import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/clock.ts';
import { advance, ask, confirmed, inDays, turnBack } from '../../bookings/ground.ts';
import {
  compose,
  index,
  listOf,
  mails,
  minute,
  newReader,
  placeIn,
  rowOf,
  run,
  saved,
  start,
  stopsIn,
  to,
  tomorrow,
  town,
} from './ground.ts';

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM saved_search').run();
  mails.length = 0;
});
afterEach(turnBack);

const newest = async (city: string, title: string) => (await placeIn(city, title)).id;

describe('somebody who saves what they look for', () => {
  test('hears nothing of what is there, once of each thing that is new, and then nothing again', async () => {
    const [reader, city] = [await newReader(), town()];
    await placeIn(city, 'The old mill');
    const { id } = await saved(reader, { city }, 'Anything there');
    expect(await tomorrow()).toEqual([]);

    const boat = await newest(city, 'A house boat');
    await placeIn(town(), 'Somewhere else');
    const [mail, ...others] = await tomorrow();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: reader.email, subject: 'New places for your saved searches' });
    const [hello, ...lines] = mail?.text.split('\n\n') ?? [];
    const [one, all] = (mail ? stopsIn(mail) : []).map((path) => `http://localhost:8787${path}`);
    expect(hello).toMatch(/^Hello reader-/);
    expect(lines).toEqual([
      'New for “Anything there”:',
      `A house boat, ${city}\nKES 8500.00 a night\nhttp://localhost:8787/properties/${boat}`,
      `To stop mails about “Anything there”:\n${one}`,
      `To stop all mails of this kind:\n${all}`,
    ]);
    expect(mail?.headers).toEqual({
      'List-Unsubscribe': `<${all}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(await listOf(reader)).toMatchObject([
      { id, state: 'watching', toldAt: expect.stringMatching(/Z$/) },
    ]);

    expect(await tomorrow()).toEqual([]);
    expect(await tomorrow()).toEqual([]);
  });

  test('gets one mail a day at most, whatever is new within it', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    await placeIn(city, 'Morning');
    expect(to(reader, await tomorrow())).toHaveLength(1);
    await placeIn(city, 'Noon');
    for (const hours of [1, 8, 14]) {
      advance(hours * HOUR);
      expect(await minute()).toEqual([]);
    }
    await placeIn(city, 'Night');
    advance(HOUR + MINUTE);
    const [mail] = await minute();
    expect(mail?.text).toContain('Noon');
    expect(mail?.text).toContain('Night');
    expect(mail?.text).not.toContain('Morning');
  });

  test('gets one mail for all searches, and the later ones are looked at with the first', async () => {
    const [reader, here, there] = [await newReader(), town(), town()];
    const first = await saved(reader, { city: here }, 'Here');
    advance(10 * HOUR);
    const second = await saved(reader, { city: there }, 'There');
    expect((await rowOf(second.id)).look_at).toBe((await rowOf(first.id)).look_at);
    await saved(reader, { city: here, types: 'villa' }, 'Only villas');
    await placeIn(here, 'This one');
    await placeIn(there, 'That one');
    advance(14 * HOUR + MINUTE);
    const [mail, ...others] = await minute();
    expect(others).toEqual([]);
    expect(mail?.text).toMatch(/New for “Here”:\n\nThis one[\s\S]*New for “There”:\n\nThat one/);
    expect(mail?.text).not.toContain('Only villas');
    expect(mail && stopsIn(mail)).toHaveLength(3);
  });

  test('is told of a place whose stay was cancelled, for the days that it was taken, at the total', async () => {
    const [reader, city] = [await newReader(), town()];
    const { id } = await placeIn(city, 'Taken and free');
    const guest = await newReader();
    const booking = await confirmed(guest, id, inDays(30));
    await index(id);
    const dates = { checkIn: inDays(30), checkOut: inDays(32) };
    await saved(reader, { city, ...dates, adults: 2 }, 'In a month');
    await saved(await newReader(), { city }, 'Whenever');
    expect(await tomorrow()).toEqual([]);

    expect((await ask('POST', `/v1/bookings/${booking.id}/cancel`, { as: guest, json: {} })).status).toBe(
      200,
    );
    await index(id);
    const [mail, ...others] = await tomorrow();
    expect(others).toEqual([]);
    const { body: quote } = await ask('POST', `/v1/properties/${id}/quotes`, {
      json: { ...dates, guests: { adults: 2 } },
    });
    const total = (quote.total.amount / 100).toFixed(2);
    expect(mail?.text).toContain(
      `Taken and free, ${city}\nKES ${total}, ${dates.checkIn} to ${dates.checkOut}\n`,
    );
    expect(await tomorrow()).toEqual([]);
  });

  test('reads ten of many, and how many more there are', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    for (let n = 0; n < 12; n++) await placeIn(city, `Number ${n}`);
    const [mail] = await tomorrow();
    expect(mail?.text.match(/Number \d+/g)).toEqual(
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `Number ${n}`),
    );
    expect(mail?.text).toContain('\n\nand 2 more\n\n');
  });

  test('hears nothing any more of what is over', async () => {
    const [reader, city] = [await newReader(), town()];
    const soon = { checkIn: inDays(1), checkOut: inDays(3) };
    const { id } = await saved(reader, { city, ...soon });
    const flexible = await saved(reader, { city, ...soon, flexDays: 2 });
    const gone = { checkIn: inDays(-3), checkOut: inDays(-1) };
    expect(await saved(reader, { city, ...gone })).toMatchObject({ state: 'over' });
    await placeIn(city);
    advance(3 * DAY);
    await minute();
    mails.length = 0;
    expect(await rowOf(id)).toMatchObject({ state: 'over', look_at: null });
    expect(await rowOf(flexible.id)).toMatchObject({ state: 'watching' });
    await tomorrow();
    await tomorrow();
    expect((await listOf(reader)).map(({ state }) => state)).toEqual(['over', 'over', 'over']);
    expect(await start()).toEqual([]);
  });

  test('is told nothing while suspended, and afterwards of what was new meanwhile', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    await placeIn(city, 'New meanwhile');
    const change = (status: string) =>
      env.DB.prepare('UPDATE account SET status = ? WHERE id = ?').bind(status, reader.actor.accountId).run();
    await change('suspended');
    expect(await tomorrow()).toEqual([]);
    await change('active');
    expect(await minute()).toEqual([]);
    const [mail] = await tomorrow();
    expect(mail?.text).toContain('New meanwhile');
  });
});

describe('a mail that waits to be sent', () => {
  test('leaves out what was stopped, deleted or taken off the market, and is not sent when nothing is left', async () => {
    const [reader, city] = [await newReader(), town()];
    const { host, id } = await placeIn(city, 'Gone again');
    const searches = [];
    for (const name of ['Stopped', 'Deleted', 'Kept'])
      searches.push(await saved(reader, { city, types: 'house' }, name));
    await env.DB.prepare(`UPDATE saved_search SET seen = '{"ids":[],"end":null}'`).run();
    await placeIn(city, 'Still there');
    advance(DAY + MINUTE);
    for (const message of await start()) await run(message);
    const [message] = mails;

    await env.DB.prepare("UPDATE saved_search SET state = 'stopped' WHERE name = 'Stopped'").run();
    await ask('DELETE', `/v1/saved-searches/${searches[1].id}`, { as: reader });
    expect((await ask('POST', `/v1/properties/${id}/unpublish`, { as: host })).status).toBe(200);
    await index(id);
    const [mail] = await compose();
    expect(mail?.text).toContain('New for “Kept”:\n\nStill there');
    for (const word of ['Gone again', 'Stopped', 'Deleted']) expect(mail?.text).not.toContain(word);

    await ask('DELETE', `/v1/saved-searches/${searches[2].id}`, { as: reader });
    mails.push(message);
    expect(await compose()).toEqual([]);
  });

  test('goes to nobody who is suspended or erased by then', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    await placeIn(city);
    advance(DAY + MINUTE);
    for (const message of await start()) await run(message);
    const [message] = mails;
    for (const status of ['suspended', 'erased']) {
      await env.DB.prepare('UPDATE account SET status = ? WHERE id = ?')
        .bind(status, reader.actor.accountId)
        .run();
      mails.splice(0, mails.length, message);
      expect(await compose(), status).toEqual([]);
    }
  });

  test('names nobody in the queue', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city }, 'A secret wish');
    await placeIn(city, 'A public title');
    advance(DAY + MINUTE);
    for (const message of await start()) await run(message);
    const text = JSON.stringify(mails);
    for (const word of [reader.email, 'secret', 'title', city]) expect(text).not.toContain(word);
    expect(mails).toMatchObject([{ kind: 'new_places', accountId: reader.actor.accountId }]);
  });
});
