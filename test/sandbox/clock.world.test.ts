import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call } = openSandbox();
const HOUR_MS = 3_600_000;

type Shown = { now: string; offsetMs: number };
const move = async (body: unknown) => call('POST', '/sandbox/clock', body);
const show = async () => (await call('GET', '/sandbox/clock')).body as Shown;

describe('the clock', () => {
  it('is real time until it is moved', async () => {
    const before = Date.now();
    const { now, offsetMs } = await show();

    expect(offsetMs).toBe(0);
    expect(Date.parse(now)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(now)).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['P3DT2H', 74 * HOUR_MS],
    ['P1W', 168 * HOUR_MS],
    ['P1W2DT3H4M5S', 219 * HOUR_MS + 4 * 60_000 + 5_000],
    ['PT0.25S', 250],
    ['PT90M', 1.5 * HOUR_MS],
    ['P0D', 0],
  ])('goes forward by %s', async (advance, expectedMs) => {
    const moved = await move({ advance });

    expect(moved.status).toBe(200);
    expect(moved.body.offsetMs).toBe(expectedMs);
    expect(Date.parse(moved.body.now as string) - Date.now()).toBeGreaterThan(expectedMs - 2_000);
    expect((await show()).offsetMs).toBe(expectedMs);
  });

  it('adds one move to another, and goes to a named moment', async () => {
    await move({ advance: 'PT1H' });
    await move({ advance: 'PT1H' });
    expect((await show()).offsetMs).toBe(2 * HOUR_MS);

    expect((await move({ now: '2040-01-01T00:00:00Z' })).body.now).toMatch(/^2040-01-01T00:00:0/);
    expect((await show()).now).toMatch(/^2040-01-01T00:00:/);
  });

  it('never goes back, but can be taken back to real time', async () => {
    await move({ advance: 'P2D' });
    const back = await move({ now: new Date(Date.now() + HOUR_MS).toISOString() });

    expect(back).toMatchObject({ status: 409, body: { status: 409, code: 'clock.backwards' } });
    expect((await show()).offsetMs).toBe(48 * HOUR_MS);

    expect((await call('DELETE', '/sandbox/clock')).body.offsetMs).toBe(0);
    expect((await show()).offsetMs).toBe(0);
  });

  it.each([
    [{}],
    [{ advance: 'P' }],
    [{ advance: 'PT' }],
    [{ advance: 'P1DT' }],
    [{ advance: '-P1D' }],
    [{ advance: 'P-1D' }],
    [{ advance: 'P1M' }],
    [{ advance: 'P1Y' }],
    [{ advance: '3 days' }],
    [{ advance: 'P1D ' }],
    [{ advance: 5 }],
    [{ advance: 'P9999999W' }],
    [{ advance: `P${'9'.repeat(400)}D` }],
    [{ now: 'tomorrow' }],
    [{ now: '2030-01-01' }],
    [{ now: '2030-02-30T00:00:00Z' }],
    [{ now: '2030-01-01T00:00:00' }],
    [{ advance: 'P1D', now: '2030-01-01T00:00:00Z' }],
    [{ advance: 'P1D', extra: 1 }],
    [null],
    [[]],
  ])('refuses %j, and stands where it stood', async (body) => {
    const refused = await move(body);

    expect(refused).toMatchObject({ status: 400, body: { status: 400, code: 'request.invalid' } });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(Object.keys(refused.body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect((await show()).offsetMs).toBe(0);
  });
});
