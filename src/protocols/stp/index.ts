// Spanning tree (IEEE 802.1D, 802.1w, 802.1s, and per VLAN): which bridge is the root, and when the tree changes. The
// protocol's entry in the list, and the running decoder.
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
import { macTextAt } from '../../packet/addresses.ts';
import { LastWords, hashOf } from '../last-words.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

/** Service access points of LLC: that of spanning tree, and SNAP. */
const SAP_SPANNING_TREE = 0x42;
const SAP_SNAP = 0xaa;
const LLC_BYTES = 3;
const SNAP_BYTES = 8;
/** Behind SNAP: owner 00:00:0c, protocol 0x010b (one tree for each VLAN). */
const OWNER = 0x0000_0c01;
const OWN_PROTOCOL_END = 0x0b;
/** IEEE 802.1D, clause 9.3: types of a BPDU. */
const CONFIGURATION = 0;
const RAPID = 2;
const CHANGE_NOTIFICATION = 0x80;
const CONFIGURATION_BYTES = 35;
const FLAG_CHANGE = 1;
const SPEAKERS_MAX = 16_384;
/** Notifications are repeated each two seconds until they are acknowledged: those of a minute are one. */
const SAME_CHANGE_US = 60e6;

export const stp: Protocol = {
  name: 'stp',
  title: 'Spanning tree',
  transports: ['link'],
  ports: [SAP_SPANNING_TREE, SAP_SNAP],
  frameBytesMax: 1518,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'bridges, the root they take for theirs, changes of the tree',
  start: () => new StpDecoder(),
};

class StpDecoder implements ProtocolDecoder {
  readonly #told = new LastWords(SPEAKERS_MAX);
  /** By conversation, when a change was told. */
  readonly #changedUs = new Map<number, number>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return bpduAt(bytes, start, end) < 0 ? Match.no : Match.yes;
  }

  speaker(): number {
    return Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const at = bpduAt(bytes, start, end);
    if (at < 0) return;
    const type = bytes[at + 3]!;
    if (type === CHANGE_NOTIFICATION) {
      this.#change(context, 'notified');
      return;
    }
    if ((bytes[at + 4]! & FLAG_CHANGE) !== 0) this.#change(context, 'announced');
    if (!this.#told.isNew(context.flow, hashOf(bytes, at + 5, at + 25))) return;
    tell(context, 'spanning-tree-bridge', bridgeId(bytes, at + 17));
    tell(context, 'spanning-tree-root', `${bridgeId(bytes, at + 5)}, cost ${u32be(bytes, at + 13)}`);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    const at = bpduAt(bytes, start, end);
    if (at >= 0) tellKinds(bytes, at, tell);
  }

  gap(): void {
    // Frames are whole.
  }

  closed(flow: number): void {
    this.#told.forget(flow);
    this.#changedUs.delete(flow);
  }

  tick(): void {
    // Nothing waits.
  }

  /** The flag stands in every BPDU for some time after a change. */
  #change(context: MessageContext, how: string): void {
    const lastUs = this.#changedUs.get(context.flow) ?? -Infinity;
    if (this.#changedUs.size >= SPEAKERS_MAX) this.#changedUs.clear();
    this.#changedUs.set(context.flow, context.timeUs);
    if (context.timeUs - lastUs > SAME_CHANGE_US) tell(context, 'spanning-tree-change', how);
  }
}

/** Where the BPDU starts, whole as far as it is read; -1: it is none. */
function bpduAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LLC_BYTES + 4 || bytes[start] !== bytes[start + 1] || bytes[start + 2] !== 3) return -1;
  let at = start + LLC_BYTES;
  if (bytes[start] === SAP_SNAP) {
    at = start + SNAP_BYTES;
    if (end - at < 4 || u32be(bytes, start + 3) !== OWNER || bytes[start + 7] !== OWN_PROTOCOL_END) return -1;
  } else if (bytes[start] !== SAP_SPANNING_TREE) return -1;
  if (u16be(bytes, at) !== 0) return -1;
  const type = bytes[at + 3]!;
  if (type === CHANGE_NOTIFICATION) return at;
  return (type === CONFIGURATION || type === RAPID) && end - at >= CONFIGURATION_BYTES ? at : -1;
}

/** Clause 9.2.5: four bits of priority, twelve of the VLAN or instance, the MAC address. */
function bridgeId(bytes: Uint8Array, at: number): string {
  const priority = u16be(bytes, at);
  return `${priority & 0xf000}/${priority & 0xfff}/${macTextAt(bytes, at + 2)}`;
}

function tell(context: MessageContext, trait: string, value: string): void {
  const { timeUs, frame, client, server, fromClient } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host: fromClient ? client : server, trait, value });
}
