// Walks the elements of an LLDP frame (IEEE 802.1AB-2016, clause 8.4): a 7-bit type and a 9-bit length each.
import { u16be } from '../../bytes/endian.ts';
import { Tlv } from './messages.ts';

/** Frames hold some twenty elements; no element is shorter than its header. */
const ELEMENTS_MAX = 256;

/** Where an element's value stands, and what was wrong with the frame. */
export class LldpFrame {
  readonly types = new Uint8Array(ELEMENTS_MAX);
  readonly starts = new Int32Array(ELEMENTS_MAX);
  readonly ends = new Int32Array(ELEMENTS_MAX);
  count = 0;
  /** Kebab-case name of the rule that is broken, '' for none; where, and in what words. */
  problem = '';
  problemAt = 0;
  detail = '';

  /** Reads bytes[start..end): what comes before a fault is kept. The end element may be missing in a cut frame. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.count = 0;
    this.problem = '';
    let at = start;
    while (at + 2 <= end && this.count < ELEMENTS_MAX) {
      const head = u16be(bytes, at);
      const type = head >> 9;
      const size = head & 0x1ff;
      if (at + 2 + size > end) {
        this.fail('element-too-long', at - start, `an element of ${size} bytes, ${end - at - 2} follow`);
        return;
      }
      if (type === Tlv.end) return;
      this.types[this.count] = type;
      this.starts[this.count] = at + 2;
      this.ends[this.count] = at + 2 + size;
      this.count++;
      at += 2 + size;
    }
  }

  private fail(problem: string, at: number, detail: string): void {
    this.problem = problem;
    this.problemAt = at;
    this.detail = detail;
  }
}

/** Clause 8.2: chassis, port and time to live come first, in this order, and none is empty. */
export function looksLikeLldp(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (const type of [Tlv.chassisId, Tlv.portId, Tlv.timeToLive]) {
    if (at + 2 > end) return false;
    const head = u16be(bytes, at);
    if (head >> 9 !== type || (head & 0x1ff) < 2) return false;
    at += 2 + (head & 0x1ff);
  }
  return at <= end;
}
