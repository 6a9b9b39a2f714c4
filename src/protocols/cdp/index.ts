// CDP: what Cisco's devices tell their neighbours on the link. The protocol's entry in the list, and the running decoder.
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
import { violation } from '../facts-of-messages.ts';
import { LastWords, hashOf } from '../last-words.ts';
import { tellOfSender } from './facts.ts';

const SAP_SNAP = 0xaa;
/** LLC and SNAP (AA AA 03, owner 00:00:0C, protocol 0x2000), then version, time to live, checksum. */
const SNAP_BYTES = 8;
const HEADER_BYTES = SNAP_BYTES + 4;
const OWNER_AND_PROTOCOL = 0x0000_0c20;
const SPEAKERS_MAX = 16_384;
const ELEMENTS_MAX = 64;

export const cdp: Protocol = {
  name: 'cdp',
  title: 'CDP',
  transports: ['link'],
  ports: [SAP_SNAP],
  frameBytesMax: 9216,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: ['version 1', 'version 2'],
  summary: 'names, platforms, versions, capabilities, VLANs and addresses of neighbours',
  start: () => new CdpDecoder(),
};

class CdpDecoder implements ProtocolDecoder {
  readonly #told = new LastWords(SPEAKERS_MAX);
  /** Types, and where their values start and end, three numbers each. */
  readonly #elements: number[] = [];

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isCdp(bytes, start, end) ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    // Others of the same owner (VTP, DTP, UDLD) are sent to the same address.
    if (!isCdp(bytes, start, end) || !this.#told.isNew(context.flow, hashOf(bytes, start + HEADER_BYTES, end))) return;
    const elements = this.#elements;
    elements.length = 0;
    let at = start + HEADER_BYTES;
    while (at + 4 <= end && elements.length < 3 * ELEMENTS_MAX) {
      const size = u16be(bytes, at + 2);
      if (size < 4 || at + size > end) {
        violation(context, 'cdp', 'element-length-invalid', `${size} bytes`, bytes, start, end, at);
        break;
      }
      elements.push(u16be(bytes, at), at + 4, at + size);
      at += size;
    }
    tellOfSender(elements, bytes, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isCdp(bytes, start, end)) tell(`version ${bytes[start + SNAP_BYTES]!}`);
  }

  gap(): void {
    // Frames are whole.
  }

  closed(flow: number): void {
    this.#told.forget(flow);
  }

  tick(): void {
    // Nothing waits.
  }
}

function isCdp(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < HEADER_BYTES || u16be(bytes, start) !== 0xaaaa || bytes[start + 2] !== 3) return false;
  if (u32be(bytes, start + 3) !== OWNER_AND_PROTOCOL || bytes[start + 7] !== 0) return false;
  return bytes[start + SNAP_BYTES] === 1 || bytes[start + SNAP_BYTES] === 2;
}
