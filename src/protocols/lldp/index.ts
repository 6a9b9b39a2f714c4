// LLDP (IEEE 802.1AB): what devices tell their neighbours on the link. The protocol's entry in the list.
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
import { tellOfSender } from './facts.ts';
import { ETHER_TYPE } from './messages.ts';
import { LldpFrame, looksLikeLldp } from './parse.ts';

/** Senders whose last word is remembered; beyond it all are told anew. */
const SENDERS_MAX = 16_384;

export const lldp: Protocol = {
  name: 'lldp',
  title: 'LLDP',
  transports: ['link'],
  ports: [ETHER_TYPE],
  frameBytesMax: 9216,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: ['LLDPDU'],
  summary: 'names, descriptions, capabilities and addresses of neighbours, LLDP-MED inventory, PROFINET elements',
  start: () => new LldpDecoder(),
};

class LldpDecoder implements ProtocolDecoder {
  readonly #frame = new LldpFrame();
  /** By conversation, a hash of the last frame: a device says the same every few seconds. */
  readonly #said = new Map<number, number>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLikeLldp(bytes, start, end) ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const hash = hashOf(bytes, start, end);
    if (this.#said.get(context.flow) === hash) return;
    if (this.#said.size >= SENDERS_MAX) this.#said.clear();
    this.#said.set(context.flow, hash);
    const frame = this.#frame;
    frame.read(bytes, start, end);
    if (frame.problem !== '')
      violation(context, 'lldp', frame.problem, frame.detail, bytes, start, end, start + frame.problemAt);
    tellOfSender(frame, bytes, context);
  }

  tellKinds(_bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (end > start) tell('LLDPDU');
  }

  gap(): void {
    // Frames are whole.
  }

  closed(flow: number): void {
    this.#said.delete(flow);
  }

  tick(): void {
    // Nothing waits.
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}
