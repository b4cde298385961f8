import { type Currency, exponentOf } from '../kernel/money.ts';

/** What a dollar is worth in each currency. */
export type Exchange = Readonly<Record<string, number>>;

/** Prices of all currencies are kept in millionths of a dollar, to be put in order. */
const REFERENCE = 1e6;

const TABLE =
  'AED3.67 AFN70 ALL91 AMD385 AOA915 ARS1350 AUD1.52 AWG1.8 AZN1.7 BAM1.68 BBD2 BDT121 BHD.377 BIF2950 BMD1 ' +
  'BND1.29 BOB6.9 BRL5.4 BSD1 BTN88 BWP13.6 BYN3.3 BZD2 CAD1.4 CDF2500 CHF.8 CLP950 CNY7.1 COP3900 CRC505 CUP24 ' +
  'CVE95 CZK20.8 DJF178 DKK6.4 DOP63 DZD130 EGP48 ERN15 ETB145 EUR.86 FJD2.27 FKP.75 GBP.75 GEL2.7 GHS11 GIP.75 ' +
  'GMD72 GNF8650 GTQ7.7 GYD209 HKD7.8 HNL26 HTG131 HUF335 IDR16600 ILS3.3 INR88 IQD1310 IRR42000 ISK126 JMD160 ' +
  'JOD.709 JPY152 KES129 KGS87 KHR4020 KMF423 KPW900 KRW1430 KWD.307 KYD.83 KZT530 LAK21700 LBP89500 LKR304 LRD183 ' +
  'LSL17.3 LYD5.45 MAD9.2 MDL17 MGA4480 MKD53 MMK2100 MNT3590 MOP8 MRU40 MUR45.5 MVR15.4 MWK1735 MXN18.4 MYR4.2 ' +
  'MZN64 NAD17.3 NGN1450 NIO36.8 NOK10.1 NPR141 NZD1.74 OMR.385 PAB1 PEN3.4 PGK4.2 PHP58.5 PKR281 PLN3.65 PYG7050 ' +
  'QAR3.64 RON4.4 RSD101 RUB81 RWF1450 SAR3.75 SBD8.2 SCR14 SDG600 SEK9.5 SGD1.3 SHP.75 SLE23 SOS571 SRD39 SSP4700 ' +
  'STN21 SVC8.75 SYP11000 SZL17.3 THB32.5 TJS9.2 TMT3.5 TND2.94 TOP2.4 TRY42 TTD6.8 TWD30.8 TZS2450 UAH42 UGX3480 ' +
  'USD1 UYU40 UZS12000 VED230 VES230 VND26300 VUV122 WST2.8 XAF564 XCD2.7 XCG1.79 XOF564 XPF103 YER239 ZAR17.3 ZMW22.5 ZWG26.7';

/** One day's, for development and for what no other table names. */
export const FIXED: Exchange = Object.fromEntries(
  TABLE.split(' ').map((rate) => [rate.slice(0, 3), Number(rate.slice(3))]),
);

const scaleOf = (exchange: Exchange, currency: Currency): number =>
  10 ** exponentOf(currency) * (exchange[currency] ?? Number.POSITIVE_INFINITY);

export const toReference = (exchange: Exchange, amount: number, currency: Currency): number =>
  Math.round((amount / scaleOf(exchange, currency)) * REFERENCE);

/** What a price is kept as, to stand in the order of prices. */
export const priceKeyOf = (exchange: Exchange, nightly: number, currency: Currency): number =>
  Math.max(1, toReference(exchange, nightly, currency));

/** To the minor unit. */
export const convert = (exchange: Exchange, amount: number, from: Currency, to: Currency): number =>
  from === to ? amount : Math.round((amount / scaleOf(exchange, from)) * scaleOf(exchange, to));
