// The application fragment that is decoded (IEEE 1815-2012, clause 4.2.2): its header, whose it is, and the objects
// behind it, read header by header. One record, refilled for each fragment.
import type { MessageContext } from '../../facts/protocol.ts';
import type { Association } from './associations.ts';
import { Code, dataOf, isResponse } from './messages.ts';
import { HEADER_RULES, HeaderProblem, ObjectHeader } from './object-headers.ts';
import { PointRuns, type RunTarget } from './point-runs.ts';
import type { Problems, Rule } from './problems.ts';

/** Bits of the application control octet (clause 4.2.2.4). */
export const ApplicationControl = { first: 0x80, final: 0x40, unsolicited: 0x10, sequence: 0x0f } as const;
export const REQUEST_HEADER_SIZE = 2;
/** With the internal indications. */
export const RESPONSE_HEADER_SIZE = 4;

/** Group, variation, qualifier, and one octet of count. */
const COUNTED_HEADER_SIZE = 4;

/** Groups that have no points and get a meaning of their own. */
export const Group = {
  attributes: 0,
  time: 50,
  commonTime: 51,
  delay: 52,
  class: 60,
  file: 70,
  authentication: 120,
} as const;

export class Fragment {
  context!: MessageContext;
  association!: Association;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  control = 0;
  code = 0;
  sequence = 0;
  /** The master is who the conversation takes for the server. */
  isReversed = false;
  /** Group of the first object that is no authentication and no common time, -1 where there is none. */
  firstGroup = -1;
  /** Operations told of it, or kept. */
  told = 0;
  readonly header = new ObjectHeader();
  readonly #runs = new PointRuns(this.header);
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** bytes[start..end) is long enough for the header it should have. */
  begin(bytes: Uint8Array, start: number, end: number, association: Association, context: MessageContext): void {
    this.context = context;
    this.association = association;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.control = bytes[start]!;
    this.code = bytes[start + 1]!;
    this.sequence = this.control & ApplicationControl.sequence;
    this.isReversed = isResponse(this.code) === context.fromClient;
    this.firstGroup = this.#firstGroup();
    this.told = 0;
  }

  get unit(): number {
    return this.association.outstation;
  }

  /** Host number of the master. */
  get client(): number {
    return this.isReversed ? this.context.server : this.context.client;
  }

  /** Host number of the outstation. */
  get server(): number {
    return this.isReversed ? this.context.client : this.context.server;
  }

  get isFirst(): boolean {
    return (this.control & ApplicationControl.first) !== 0;
  }

  get isFinal(): boolean {
    return (this.control & ApplicationControl.final) !== 0;
  }

  /** Where the objects start. */
  get objects(): number {
    return this.start + (isResponse(this.code) ? RESPONSE_HEADER_SIZE : REQUEST_HEADER_SIZE);
  }

  /** Internal indications of a response, the first octet in bits 0 to 7. */
  get indications(): number {
    return this.bytes[this.start + 2]! | (this.bytes[this.start + 3]! << 8);
  }

  /** Hands every run of its objects to the target. */
  readRuns(target: RunTarget): void {
    for (let at = this.objects; at < this.end;) {
      const { header } = this;
      at = this.readHeader(at);
      // What cannot be measured names its objects all the same, where it could be read so far.
      if (!header.stops || header.problem >= HeaderProblem.objectUnknown) this.#runs.read(this.bytes, target);
    }
  }

  /** Reads the object header at `at` and tells what is wrong with it. Returns where the next one starts. */
  readHeader(at: number): number {
    const { header } = this;
    header.read(this.bytes, at, this.end, dataOf(this.code));
    if (header.problem !== HeaderProblem.none) this.#tellHeaderProblem();
    return header.stops ? this.end : header.next;
  }

  /** The fragment breaks a rule at `at`. */
  problem(rule: Rule, at: number, ...numbers: readonly number[]): void {
    this.#problems.add(this.context, rule, this.unit, this.bytes, this.start, this.end, at, ...numbers);
  }

  #tellHeaderProblem(): void {
    const { problem, problemAt, group, variation, qualifier, count, present } = this.header;
    const rule = HEADER_RULES[problem] as Rule;
    if (problem === HeaderProblem.objectUnknown) this.problem(rule, problemAt, group, variation);
    else if (problem === HeaderProblem.objectsCutShort) this.problem(rule, problemAt, count, group, present);
    else this.problem(rule, problemAt, qualifier, group);
  }

  #firstGroup(): number {
    const { bytes, objects, end } = this;
    if (objects + 3 > end) return -1;
    const group = bytes[objects]!;
    // Aggressive mode (A.45.3) and common time (A.24) come before what the message is about: one object of six octets.
    const isBefore = group === Group.commonTime || (group === Group.authentication && !isAuthentication(this.code));
    const next = objects + COUNTED_HEADER_SIZE + 6;
    return isBefore && next + 3 <= end ? bytes[next]! : group;
  }
}

export function isAuthentication(code: number): boolean {
  return (
    code === Code.authenticationRequest || code === Code.authenticationNoAck || code === Code.authenticationResponse
  );
}
