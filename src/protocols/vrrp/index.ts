// VRRP (RFC 3768, RFC 9568) and CARP: which routers share an address. The protocol's entry in the list, and the running decoder.
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { markSecret, violation } from '../facts-of-messages.ts';
import { LastWords, hashOf } from '../last-words.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

const IP_PROTOCOL = 112;
const HEADER_BYTES = 8;
/** Version and type in one byte: advertisement is the only type. CARP has the first as well. */
const VERSION_2 = 0x21;
const VERSION_3 = 0x31;
/** CARP: 28 bytes of counter and digest behind the header, seven words as its fourth byte says; VRRP's would be addresses. */
const CARP_BYTES = 36;
const CARP_WORDS = 7;
/** RFC 2338, clause 5.3.6: authentication type 1, a password in clear in the last eight bytes. */
const PASSWORD = 1;
const PASSWORD_BYTES = 8;
const SPEAKERS_MAX = 4096;
const ADDRESSES_MAX = 16;

export const vrrp: Protocol = {
  name: 'vrrp',
  title: 'VRRP and CARP',
  transports: ['ip'],
  ports: [IP_PROTOCOL],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'routers that share an address: group, priority, and the addresses',
  start: () => new VrrpDecoder(),
};

class VrrpDecoder implements ProtocolDecoder {
  readonly #told = new LastWords(SPEAKERS_MAX);

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isAdvertisement(bytes, start, end) ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (!isAdvertisement(bytes, start, end)) {
      violation(context, 'vrrp', 'advertisement-invalid', `${end - start} bytes`, bytes, start, end);
      return;
    }
    const sender = context.fromClient ? context.client : context.server;
    const group = bytes[start + 1]!;
    const priority = bytes[start + 2]!;
    // A sender may speak for several groups.
    const speaker = context.flow * 256 + group;
    if (isCarp(bytes, start, end)) {
      if (this.#told.isNew(speaker, priority)) tell(context, sender, 'carp', `group ${group}, skew ${priority}`);
      return;
    }
    const count = bytes[start + 3]!;
    const isSecond = bytes[start] === VERSION_2;
    const isIpv6 = !isSecond && end - start >= HEADER_BYTES + 16 * count;
    const size = isIpv6 ? 16 : 4;
    const addressesEnd = start + HEADER_BYTES + count * size;
    const hasPassword = isSecond && bytes[start + 4] === PASSWORD && end >= addressesEnd + PASSWORD_BYTES;
    if (hasPassword) markSecret(context, bytes, addressesEnd, addressesEnd + PASSWORD_BYTES);
    const said = hashOf(bytes, start + HEADER_BYTES, addressesEnd) ^ (priority << 1) ^ (hasPassword ? 1 : 0);
    if (!this.#told.isNew(speaker, said)) return;
    const how = priority === 0 ? 'gives up' : `priority ${priority}`;
    tell(context, sender, 'vrrp', `group ${group}, ${how}${hasPassword ? ', password in clear' : ''}`);
    for (let index = 0; index < Math.min(count, ADDRESSES_MAX); index++) {
      const at = start + HEADER_BYTES + index * size;
      const shared = isIpv6 ? context.hosts.ofIpv6(bytes, at) : context.hosts.ofIpv4(bytes, at);
      if (shared !== 0) tell(context, shared, 'shared-address', `vrrp ${group}`);
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isAdvertisement(bytes, start, end)) tellKinds(bytes, start, isCarp(bytes, start, end), tell);
  }

  gap(): void {
    // Packets are whole.
  }

  closed(): void {
    // What was told is bounded by count: a conversation has up to 256 groups.
  }

  tick(): void {
    // Nothing waits.
  }
}

/** RFC 9568, clause 5.1: the addresses that are counted are there; group 0 is none. */
function isAdvertisement(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (size < HEADER_BYTES || (bytes[start] !== VERSION_2 && bytes[start] !== VERSION_3)) return false;
  return bytes[start + 1] !== 0 && bytes[start + 3]! > 0 && size >= HEADER_BYTES + 4 * bytes[start + 3]!;
}

function isCarp(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === VERSION_2 && bytes[start + 3] === CARP_WORDS && end - start === CARP_BYTES;
}

function tell(context: MessageContext, host: number, trait: string, value: string): void {
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}
