// The numbers of DNS and its relatives with the names of the specifications, and what a parsed message is.

/** RFC 1035 4.1.1: the header. */
export const HEADER_BYTES = 12;

export const RecordType = { a: 1, ptr: 12, hinfo: 13, txt: 16, aaaa: 28, netbios: 32, srv: 33 } as const;

/** RFC 1035 3.2.2, 3.2.3, and the registry for what came later. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [29, 'LOC'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [39, 'DNAME'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [47, 'NSEC'],
  [48, 'DNSKEY'],
  [50, 'NSEC3'],
  [52, 'TLSA'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [99, 'SPF'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [255, 'ANY'],
  [256, 'URI'],
  [257, 'CAA'],
]);

/** RFC 1002 4.2.1.2 gives 33 a meaning of its own. */
const NETBIOS_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [32, 'NB'],
  [33, 'NBSTAT'],
]);

export function typeName(type: number, isNetbios: boolean): string {
  return (isNetbios ? NETBIOS_TYPE_NAMES.get(type) : TYPE_NAMES.get(type)) ?? `type ${type}`;
}

/** NULL and KEY, whose data are whatever one likes, and what is for private use (RFC 6895, clause 3.1). */
export function isForData(type: number): boolean {
  return type === 10 || type === 25 || (type >= 0xff00 && type <= 0xfffe);
}

export function isKnownType(type: number): boolean {
  return TYPE_NAMES.has(type);
}

export const Problem = { none: 0, short: 1, name: 2, data: 3 } as const;

export const PROBLEMS: readonly { readonly rule: string; readonly detail: string }[] = [
  { rule: '', detail: '' },
  { rule: 'message-too-short', detail: 'the message ends before all that its header counts' },
  { rule: 'name-invalid', detail: 'a name is longer than 255 bytes, cut, or its pointer does not lead backwards' },
  { rule: 'record-data-too-long', detail: 'the data of a record reach past the end of the message' },
];

/** More entries of one message are walked over, but not kept. */
export const ENTRIES_MAX = 128;

/** One reused record: the header, and where each question and record stands. */
export class DnsMessage {
  flags = 0;
  questions = 0;
  records = 0;
  /** Entries kept; questions come first. */
  count = 0;
  readonly nameAt = new Int32Array(ENTRIES_MAX);
  readonly type = new Uint16Array(ENTRIES_MAX);
  readonly dataAt = new Int32Array(ENTRIES_MAX);
  readonly dataEnd = new Int32Array(ENTRIES_MAX);
  problem = 0;
  problemAt = 0;
  /** Where the message ended by its own counts. */
  endAt = 0;

  get isResponse(): boolean {
    return this.flags >= 0x8000;
  }

  get opcode(): number {
    return (this.flags >> 11) & 15;
  }
}
