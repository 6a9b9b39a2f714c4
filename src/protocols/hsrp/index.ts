// HSRP (RFC 2281, and version 2): which routers share an address. The protocol's entry in the list, and the running decoder.
import { u16be } from '../../bytes/endian.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

/** RFC 2281, clause 5.1. */
const VERSION_1_BYTES = 20;
const ADVERTISE = 3;
const ADVERTISEMENT_BYTES = 16;
/** The group state element of version 2: type 1, 40 bytes behind its length. */
const VERSION_2_BYTES = 42;
const STATES_1: ReadonlyMap<number, string> = new Map([
  [0, 'initial'],
  [1, 'learn'],
  [2, 'listen'],
  [4, 'speak'],
  [8, 'standby'],
  [16, 'active'],
]);
const STATES_2 = ['disabled', 'initial', 'learn', 'listen', 'speak', 'standby', 'active'];
/** Conversations whose last word is remembered; beyond it all is told anew. */
const TOLD_MAX = 4096;

export const hsrp: Protocol = {
  name: 'hsrp',
  title: 'HSRP',
  transports: ['udp'],
  ports: [1985],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'routers that share an address: group, state, and the address',
  start: () => new HsrpDecoder(),
};

class HsrpDecoder implements ProtocolDecoder {
  /** By conversation, group, state and virtual address told last, as one number. */
  readonly #told = new Map<number, number>();

  /** Too little is its own to be recognised on another port. */
  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return versionOf(bytes, start, end) > 0 || isAdvertisement(bytes, start, end) ? Match.maybe : Match.no;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const version = versionOf(bytes, start, end);
    if (version === 0) {
      // An advertisement of version 1 (operation 3) and other elements of version 2 have no address.
      if (end - start < 16) violation(context, 'hsrp', 'length-too-short', `${end - start} bytes`, bytes, start, end);
      return;
    }
    const isFirst = version === 1;
    const group = isFirst ? bytes[start + 6]! : (bytes[start + 6]! << 8) | bytes[start + 7]!;
    const state = isFirst ? bytes[start + 2]! : bytes[start + 4]!;
    const addressAt = start + (isFirst ? 16 : 26);
    const isIpv6 = !isFirst && bytes[start + 5] === 6;
    let said = (group << 8) ^ state;
    for (let at = addressAt; at < addressAt + (isIpv6 ? 16 : 4); at++) said = (Math.imul(said, 31) + bytes[at]!) | 0;
    if (this.#told.get(context.flow) === said) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.set(context.flow, said);
    const name = (isFirst ? STATES_1.get(state) : STATES_2[state]) ?? `state ${state}`;
    tell(context, context.fromClient ? context.client : context.server, 'hsrp', `group ${group}, ${name}`);
    const shared = isIpv6 ? context.hosts.ofIpv6(bytes, addressAt) : context.hosts.ofIpv4(bytes, addressAt);
    if (shared !== 0) tell(context, shared, 'shared-address', `hsrp ${group}`);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {
    // Datagrams are whole.
  }

  closed(flow: number): void {
    this.#told.delete(flow);
  }

  tick(): void {
    // Nothing waits.
  }
}

/** 1 or 2 where it is a hello, coup or resign with an address; 0 where not. */
function versionOf(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size >= VERSION_1_BYTES && bytes[start] === 0 && bytes[start + 1]! <= 2 && STATES_1.has(bytes[start + 2]!))
    return 1;
  const isSecond = size >= VERSION_2_BYTES && bytes[start] === 1 && bytes[start + 1] === 40 && bytes[start + 2] === 2;
  if (!isSecond || bytes[start + 3]! > 2) return 0;
  return bytes[start + 5] === 4 || bytes[start + 5] === 6 ? 2 : 0;
}

/** Version 1, operation 3: how many groups of an interface are active; no address. Type 1, and a length that fits. */
function isAdvertisement(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < ADVERTISEMENT_BYTES || bytes[start] !== 0 || bytes[start + 1] !== ADVERTISE) return false;
  return u16be(bytes, start + 2) === 1 && u16be(bytes, start + 4) <= end - start;
}

function tell(context: MessageContext, host: number, trait: string, value: string): void {
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}
