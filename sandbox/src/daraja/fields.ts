import { isJson, parseJson, readText } from '../body.ts';
import { DarajaRefusal, invalid } from './refusal.ts';

const PHONE = /^254[17]\d{8}$/;
const SHILLINGS = /^[1-9]\d{0,5}$/;
const MAX_SHILLINGS = 250_000;

/** Daraja takes a number for a text and the other way round. What is named has to be there. */
export async function readFields<const Name extends string>(
  request: Request,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const text = await readText(request);
  const body = isJson(request) ? parseObject(text) : null;
  if (!body) throw new DarajaRefusal(400, '400.002.05', 'Invalid Request Payload');

  const fields = names.map((name) => [name, toText(body[name])] as const);
  for (const [name, value] of fields) if (value === '') throw invalid(name);
  return Object.fromEntries(fields) as Record<Name, string>;
}

export function requireShillings(text: string, name = 'Amount'): number {
  if (!SHILLINGS.test(text) || Number(text) > MAX_SHILLINGS) throw invalid(name);
  return Number(text);
}

export function requirePhone(text: string, name: string): string {
  if (!PHONE.test(text)) throw invalid(name);
  return text;
}

/** Daraja itself asks for https, which a laptop has not. */
export function requireUrl(text: string, name: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) throw invalid(name);
  return text;
}

export function requireLength(text: string, name: string, min: number, max: number): string {
  if (text.length < min || text.length > max) throw invalid(name);
  return text;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const body = parseJson(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : null;
  } catch {
    return null;
  }
}

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
