// Reads SSDP messages (UPnP Device Architecture 2.0, clause 1): a start line and header fields as in HTTP, over UDP.

export const Kind = { none: 0, search: 1, notify: 2, response: 3 } as const;

/** The header fields that are read, in lower case; their place is their number. */
export const FIELDS = ['server', 'location', 'st', 'nt', 'usn', 'nts', 'user-agent', 'man'] as const;
export type Field = (typeof FIELDS)[number];
const FIELD_BYTES = FIELDS.map((name) => Uint8Array.from(Buffer.from(name)));

const START_LINES = [
  { kind: Kind.search, bytes: Uint8Array.from(Buffer.from('M-SEARCH * HTTP/1.')) },
  { kind: Kind.notify, bytes: Uint8Array.from(Buffer.from('NOTIFY * HTTP/1.')) },
  { kind: Kind.response, bytes: Uint8Array.from(Buffer.from('HTTP/1.')) },
] as const;

/** More header lines than this are not read. */
const LINES_MAX = 64;
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

/** One record, refilled for each message: where the values of FIELDS stand; start and end are equal where one is absent. */
export class SsdpMessage {
  kind: number = Kind.none;
  readonly starts = new Int32Array(FIELDS.length);
  readonly ends = new Int32Array(FIELDS.length);
  /** Kebab-case name of the rule that is broken, '' for none. */
  problem = '';
  problemAt = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.kind = kindOf(bytes, start, end);
    this.problem = '';
    this.starts.fill(start);
    this.ends.fill(start);
    let at = lineEnd(bytes, start, end) + 1;
    for (let line = 0; line < LINES_MAX && at < end; line++) {
      const stop = lineEnd(bytes, at, end);
      const last = stop > at && bytes[stop - 1] === CR ? stop - 1 : stop;
      if (last === at) return;
      this.field(bytes, at, last);
      at = stop + 1;
    }
  }

  has(field: Field): boolean {
    const index = FIELDS.indexOf(field);
    return this.ends[index]! > this.starts[index]!;
  }

  private field(bytes: Uint8Array, start: number, end: number): void {
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    if (colon === end) {
      this.problem = 'header-without-colon';
      this.problemAt = start;
      return;
    }
    for (let index = 0; index < FIELD_BYTES.length; index++) {
      if (!isName(bytes, start, colon, FIELD_BYTES[index]!)) continue;
      let from = colon + 1;
      let to = end;
      while (from < to && (bytes[from] === SPACE || bytes[from] === TAB)) from++;
      while (to > from && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--;
      this.starts[index] = from;
      this.ends[index] = to;
      return;
    }
  }
}

/** What the start line says; a response counts only where a field of SSDP follows (`looksLikeSsdp`). */
export function kindOf(bytes: Uint8Array, start: number, end: number): number {
  for (const { kind, bytes: line } of START_LINES) if (startsWith(bytes, start, end, line)) return kind;
  return Kind.none;
}

/** `M-SEARCH *` and `NOTIFY *` are SSDP's own; a response is where it names what was searched for and who answers. */
export function looksLikeSsdp(bytes: Uint8Array, start: number, end: number, message: SsdpMessage): boolean {
  const kind = kindOf(bytes, start, end);
  if (kind === Kind.none) return false;
  message.read(bytes, start, end);
  return kind === Kind.response ? message.has('st') && message.has('usn') : kind === Kind.search || message.has('nt');
}

function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== LF) at++;
  return at;
}

function startsWith(bytes: Uint8Array, start: number, end: number, line: Uint8Array): boolean {
  if (end - start < line.length) return false;
  for (let at = 0; at < line.length; at++) if (bytes[start + at] !== line[at]) return false;
  return true;
}

/** Names of fields are compared without regard to case (RFC 9110, clause 5.1). */
function isName(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at++) {
    const byte = bytes[start + at]!;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== name[at]) return false;
  }
  return true;
}
