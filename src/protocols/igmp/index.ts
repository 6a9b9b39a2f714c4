// IGMP (RFC 1112, RFC 2236, RFC 3376): who listens to which multicast group. The protocol's entry in the list, and the
// running decoder.
import { u16be, u32be } from '../../bytes/endian.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { ipv4Text } from '../../packet/addresses.ts';
import { LastWords } from '../last-words.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

const IP_PROTOCOL = 2;
const MESSAGE_BYTES = 8;
/** What others say on this number: recognised, and left alone. */
const OTHER_TYPES: readonly number[] = [0x1e, 0x1f];
/** RFC 3376, clause 4: types of a message. */
const Type = { query: 0x11, report1: 0x12, report2: 0x16, leave: 0x17, report3: 0x22 } as const;
/** Clause 4.2.12: only sources that are named; to exclude none is to join, to include none is to leave. */
const INCLUDES: readonly number[] = [1, 3];
const BLOCKS = 6;
const RECORDS_MAX = 64;
const MEMBERS_MAX = 16_384;
const QUERIERS_MAX = 1024;

export const igmp: Protocol = {
  name: 'igmp',
  title: 'IGMP',
  transports: ['ip'],
  ports: [IP_PROTOCOL],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'who listens to which multicast group, and who asks for it',
  start: () => new IgmpDecoder(),
};

class IgmpDecoder implements ProtocolDecoder {
  /** By host and group, whether it is a member. */
  readonly #members = new LastWords(MEMBERS_MAX);
  readonly #queriers = new LastWords(QUERIERS_MAX);

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const type = bytes[start];
    const isKnown = type === Type.query || type === Type.leave || type === Type.report3;
    return end - start >= MESSAGE_BYTES &&
      (isKnown || OTHER_TYPES.includes(type ?? 0) || type === Type.report1 || type === Type.report2)
      ? Match.yes
      : Match.no;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < MESSAGE_BYTES) return;
    const host = context.fromClient ? context.client : context.server;
    const type = bytes[start];
    if (type === Type.query) {
      const version = end - start >= 12 ? 3 : bytes[start + 1] === 0 ? 1 : 2;
      if (this.#queriers.isNew(host, version)) tell(context, host, 'multicast-querier', `igmp version ${version}`);
    } else if (type === Type.report1 || type === Type.report2) this.#member(context, host, bytes, start + 4, true);
    else if (type === Type.leave) this.#member(context, host, bytes, start + 4, false);
    else if (type === Type.report3) this.#records(bytes, start, end, host, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {
    // Packets are whole.
  }

  closed(): void {
    // What was told belongs to hosts, not to conversations, and is bounded by count.
  }

  tick(): void {
    // Nothing waits.
  }

  /** RFC 3376, clause 4.2: each record is type, length of auxiliary data in words, count of sources, group, sources. */
  #records(bytes: Uint8Array, start: number, end: number, host: number, context: MessageContext): void {
    let at = start + MESSAGE_BYTES;
    for (let left = Math.min(u16be(bytes, start + 6), RECORDS_MAX); left > 0 && at + 8 <= end; left--) {
      const type = bytes[at]!;
      const sources = u16be(bytes, at + 2);
      const isMember = sources > 0 || !INCLUDES.includes(type);
      if (type !== BLOCKS) this.#member(context, host, bytes, at + 4, isMember);
      at += 8 + 4 * sources + 4 * bytes[at + 1]!;
    }
  }

  #member(context: MessageContext, host: number, bytes: Uint8Array, groupAt: number, isMember: boolean): void {
    const member = host * 0x1_0000_0000 + u32be(bytes, groupAt);
    if (bytes[groupAt]! >> 4 !== 14 || !this.#members.isNew(member, isMember ? 1 : 0)) return;
    if (isMember) tell(context, host, 'multicast-group', ipv4Text(bytes, groupAt));
  }
}

function tell(context: MessageContext, host: number, trait: string, value: string): void {
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}
