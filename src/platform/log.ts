/** One JSON object a line. What could identify or admit somebody is blotted out here, whoever logs it. */
export type Fields = Readonly<Record<string, unknown>>;
export type Log = {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
};

const BLOT = '[redacted]';
const SECRET_NAME =
  /pass(word|phrase)|secret|token|authorization|cookie|captcha|recovery|otp|^code$|credential|email|phone|^ip$|address|private/i;
const SECRET_VALUE =
  /eyJ[\w-]+\.[\w-]+\.[\w-]*|\b(?:rk|rt)_[\w.-]+|whsec_[\w+/=]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bBearer\s+\S+/gi;
const MAX_DEPTH = 6;

export function createLog(bound: Fields, write: (line: string) => void = console.log): Log {
  const emit =
    (level: string) =>
    (event: string, fields: Fields = {}) =>
      write(JSON.stringify({ level, event, ...redactFields(bound, 0), ...redactFields(fields, 0) }));
  return { info: emit('info'), warn: emit('warn'), error: emit('error') };
}

function redactFields(fields: Fields, depth: number): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) && typeof value !== 'number' && typeof value !== 'boolean'
        ? BLOT
        : redact(value, depth + 1),
    ]),
  );
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(SECRET_VALUE, BLOT);
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redactFields({ name, message, stack, ...(cause === undefined ? {} : { cause }) }, depth);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return redactFields(value as Fields, depth);
}
