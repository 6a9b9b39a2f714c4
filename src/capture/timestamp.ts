// Turns the 64-bit timestamps of pcapng, in whatever unit an interface declares, into integer microseconds without
// losing any: in floating point on the two 32-bit halves wherever that is exact, in BigInt for the few units left.

const TWO_32 = 0x1_0000_0000;
/** Times are kept exact, so none is later than this (the year 2255) or before 1970; what is gets the nearest one. */
const TIME_US_MAX = Number.MAX_SAFE_INTEGER;

const Kind = { multiply: 0, divide: 1, binary: 2, exact: 3 } as const;

/** The clock of one interface: if_tsresol (pcapng §4.2, default 6) and if_tsoffset in seconds. */
export class TimestampUnit {
  /** The number is the time already, if it fits a double. */
  readonly isMicroseconds: boolean;
  readonly #kind: number;
  /** Units in a microsecond (`divide`) or microseconds in a unit (`multiply`). */
  #factor = 1;
  /** 2^32 divided by `factor`: whole and rest. */
  #whole = 0;
  #rest = 0;
  /** `binary`: a unit is 2^-bits seconds. */
  readonly #bits: number;
  readonly #unitsPerSecond: bigint;
  readonly #offsetUs: number;

  constructor(resolution = 6, offsetSeconds = 0) {
    const exponent = resolution & 0x7f;
    this.isMicroseconds = resolution === 6 && offsetSeconds === 0;
    this.#bits = exponent;
    this.#offsetUs = offsetSeconds * 1_000_000;
    this.#unitsPerSecond = (resolution & 0x80) !== 0 ? 2n ** BigInt(exponent) : 10n ** BigInt(exponent);
    if ((resolution & 0x80) !== 0) {
      this.#kind = exponent <= 64 ? Kind.binary : Kind.exact;
    } else if (exponent <= 6) {
      this.#kind = Kind.multiply;
      this.#factor = 10 ** (6 - exponent);
    } else {
      this.#kind = exponent <= 12 ? Kind.divide : Kind.exact;
      this.#factor = 10 ** (exponent - 6);
      this.#whole = Math.floor(TWO_32 / this.#factor);
      this.#rest = TWO_32 % this.#factor;
    }
  }

  /** Microseconds since 1970 of a timestamp given as its unsigned halves; what is less than a microsecond is dropped. */
  microseconds(high: number, low: number): number {
    const time = this.#offsetUs + this.#scaled(high, low);
    return time < 0 ? 0 : time > TIME_US_MAX ? TIME_US_MAX : time;
  }

  #scaled(high: number, low: number): number {
    switch (this.#kind) {
      case Kind.multiply:
        return (high * TWO_32 + low) * this.#factor;
      case Kind.divide:
        // rest < 2^20, so high × rest + low stays below 2^53.
        return high * this.#whole + Math.floor((high * this.#rest + low) / this.#factor);
      case Kind.binary:
        return fromBinary(high, low, this.#bits);
      default:
        return Number((((BigInt(high) << 32n) | BigInt(low)) * 1_000_000n) / this.#unitsPerSecond);
    }
  }
}

/** Microseconds of a 64-bit count of 2^-bits seconds, bits at most 64. No product here passes 2^53. */
function fromBinary(high: number, low: number, bits: number): number {
  if (bits <= 32) {
    const unit = 2 ** bits;
    const seconds = high * 2 ** (32 - bits) + Math.floor(low / unit);
    return seconds * 1_000_000 + Math.floor(((low % unit) * 1_000_000) / unit);
  }
  const highUnit = 2 ** (bits - 32);
  const scaledHigh = (high % highUnit) * 1_000_000;
  const carried = (scaledHigh % highUnit) + Math.floor((low * 1_000_000) / TWO_32);
  return Math.floor(high / highUnit) * 1_000_000 + Math.floor(scaledHigh / highUnit) + Math.floor(carried / highUnit);
}
