const LOCAL = /^0([17]\d{8})$/;
const WITH_COUNTRY = /^\+?254([17]\d{8})$/;

/** As M-Pesa writes a Kenyan mobile number: 254 and nine digits. Null for any other number. */
export function toMpesaPhone(text: string): string | null {
  const digits = text.trim().replace(/(?<=\d)[ -](?=\d)/g, '');
  const [, subscriber] = LOCAL.exec(digits) ?? WITH_COUNTRY.exec(digits) ?? [];
  return subscriber === undefined ? null : `254${subscriber}`;
}
