// What is known of each part of a program: the last content that was seen whole, and the last that the controller was
// sent. By hash, and with its bytes while there is room for them.
import type { Transfer } from '../../facts/facts.ts';

const PARTS_MAX = 16_384;
/** Bytes of all parts together; beyond it those that were touched longest ago keep their hash alone. */
const BYTES_MAX = 32 << 20;

export interface Content {
  readonly sha256: string;
  readonly size: number;
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly isSent: boolean;
  /** `s7-block` … */
  readonly kind: string;
  /** Null where there is no room. */
  bytes: Uint8Array | null;
}

export interface Part {
  /** What was seen last, in either direction. */
  last: Content | null;
  /** What the controller was sent last. */
  sent: Content | null;
}

export class Contents {
  readonly #parts = new Map<string, Part>();
  #bytes = 0;

  /** The part of that name; what was touched last is forgotten last. */
  part(key: string): Part {
    let part = this.#parts.get(key);
    if (part === undefined) {
      part = { last: null, sent: null };
      if (this.#parts.size >= PARTS_MAX) this.#forgetOldest();
    } else this.#parts.delete(key);
    this.#parts.set(key, part);
    return part;
  }

  note(part: Part, content: Content): void {
    if (content.bytes !== null) this.#bytes += content.bytes.length;
    const before = content.isSent ? [part.last, part.sent] : [part.last];
    part.last = content;
    if (content.isSent) part.sent = content;
    for (const old of before) if (old !== null && old !== part.sent && old !== part.last) this.#drop(old);
    if (this.#bytes > BYTES_MAX) this.#dropBytes();
  }

  /** The controller no longer holds it. */
  deleted(key: string): void {
    this.#remove(key);
  }

  #forgetOldest(): void {
    for (const key of this.#parts.keys()) {
      this.#remove(key);
      return;
    }
  }

  #remove(key: string): void {
    const part = this.#parts.get(key);
    if (part === undefined) return;
    this.#parts.delete(key);
    for (const content of [part.last, part.sent]) if (content !== null) this.#drop(content);
  }

  #dropBytes(): void {
    for (const part of this.#parts.values()) {
      if (this.#bytes <= BYTES_MAX) return;
      for (const content of [part.last, part.sent]) if (content !== null) this.#drop(content);
    }
  }

  #drop(content: Content): void {
    this.#bytes -= content.bytes?.length ?? 0;
    content.bytes = null;
  }
}

/** One name for a part of a device's program. */
export function partKey({ server, unit, protocol }: Transfer, name: string): string {
  return `${server} ${unit} ${protocol} ${name}`;
}
