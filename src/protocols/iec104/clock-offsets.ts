// Setting a station's clock again and again is what a controlling station does. What is worth a word is a clock that is
// set to something else: remembers by how much the clock of each host was off the capture's when it was set last.
import { u16le } from '../../bytes/endian.ts';
import { Verb } from '../../facts/verbs.ts';

/** More hosts than this: the one whose clock was set longest ago is forgotten. */
const HOSTS_MAX = 4096;
/** Further apart than this, two settings do not follow one clock. */
const MINUTE_MS = 60_000;
const JUMP_MS = MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Summer time is set in the hour octet (IEC 60870-5-101:2003, clause 7.2.6.18). */
const SUMMER = 0x80;

export class ClockOffsets {
  readonly #offsets = new Map<number, number>();

  /** `set-time` where the clock is moved, `configure` where it is kept. `at`: a CP56Time2a. */
  verb(server: number, bytes: Uint8Array, at: number, timeUs: number): number {
    const offset = timeOf(bytes, at) - Math.floor(timeUs / 1000);
    const before = this.#offsets.get(server);
    this.#offsets.delete(server);
    if (this.#offsets.size >= HOSTS_MAX) {
      for (const oldest of this.#offsets.keys()) {
        this.#offsets.delete(oldest);
        break;
      }
    }
    this.#offsets.set(server, offset);
    return before !== undefined && Math.abs(offset - before) > JUMP_MS ? Verb['set-time'] : Verb.configure;
  }
}

/** Milliseconds of the calendar, without summer time; whatever the octets are it is a number. */
function timeOf(bytes: Uint8Array, at: number): number {
  const minutes = bytes[at + 2]! & 0x3f;
  const hours = (bytes[at + 3]! & 0x1f) - ((bytes[at + 3]! & SUMMER) !== 0 ? 1 : 0);
  const day = bytes[at + 4]! & 0x1f;
  const month = (bytes[at + 5]! & 15) - 1;
  const year = 2000 + (bytes[at + 6]! & 0x7f);
  return Date.UTC(year, month, day) + hours * HOUR_MS + minutes * MINUTE_MS + u16le(bytes, at);
}
