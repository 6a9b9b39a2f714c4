// Tells TCP stacks apart by what they put into SYN and SYN-ACK: a trait of the host, once for each way in which it does so.
import { u16be } from '../bytes/endian.ts';
import type { FactSink } from '../facts/facts.ts';
import { TcpFlag, type Packet } from '../packet/packet.ts';

/** A host has a few: one for each system behind it, and some for window sizes. More are not told. */
const STACKS_PER_HOST = 8;
/** Hosts and roles that are kept; of further ones nothing is told. */
const HOSTS_MAX = 131_072;

const Option = { end: 0, nop: 1, mss: 2, windowScale: 3, sackPermitted: 4, timestamps: 8 } as const;
const OPTION_NAMES: Readonly<Record<number, string>> = {
  [Option.nop]: 'nop',
  [Option.mss]: 'mss',
  [Option.windowScale]: 'ws',
  [Option.sackPermitted]: 'sok',
  [Option.timestamps]: 'ts',
};

/** Reset and congestion bits of ECN (RFC 3168, clause 6.1.1), beyond those that `TcpFlag` names. */
const ECN_BITS = 0xc0;

export class TcpStacks {
  /** By host and role, the hash of what was told; a list where there are several. */
  private readonly told = new Map<number, number | readonly number[]>();
  private readonly sink: FactSink;

  constructor(sink: FactSink) {
    this.sink = sink;
  }

  /** A segment with SYN of this host. */
  note(packet: Packet, host: number): void {
    if (host === 0 || packet.tunnelDepth > 0) return;
    const isAnswer = (packet.tcpFlags & TcpFlag.ack) !== 0;
    const key = host * 2 + (isAnswer ? 1 : 0);
    const hash = hashOf(packet);
    const known = this.told.get(key);
    if (known === undefined) {
      if (this.told.size >= HOSTS_MAX) return;
      this.told.set(key, hash);
    } else if (typeof known === 'number') {
      if (known === hash) return;
      this.told.set(key, [known, hash]);
    } else {
      if (known.length >= STACKS_PER_HOST || known.includes(hash)) return;
      this.told.set(key, known.concat(hash));
    }
    this.sink.trait({
      fact: 'trait',
      timeUs: packet.timeUs,
      frame: packet.frame,
      host,
      trait: isAnswer ? 'tcp-stack-answer' : 'tcp-stack',
      value: stackText(packet),
    });
  }
}

/** Everything that `stackText` shows, as a number. */
function hashOf(packet: Packet): number {
  const { bytes, tcpOptionsStart, tcpOptionsEnd } = packet;
  let hash = mix(initialTtl(packet.ipTtl), packet.tcpWindow);
  hash = mix(hash, (packet.tcpFlags & ECN_BITS) | (isFragmentable(packet) ? 0 : 1) | (packet.ipVersion << 8));
  for (let at = tcpOptionsStart; at < tcpOptionsEnd;) {
    const kind = bytes[at]!;
    hash = mix(hash, kind);
    const size = optionSize(bytes, at, tcpOptionsEnd);
    if (size === 0) break;
    if (kind === Option.mss && size === 4) hash = mix(hash, u16be(bytes, at + 2));
    else if (kind === Option.windowScale && size === 3) hash = mix(hash, bytes[at + 2]!);
    at += size;
  }
  return hash;
}

/**
 * `ttl:window:mss:window scale:options in their order:df,ecn`, `-` where an option is absent: `64:64240:1460:7:mss,sok,ts,nop,ws:df`.
 * The TTL is the one that the host most likely set: the next of 32, 64, 128 and 255.
 */
export function stackText(packet: Packet): string {
  const { bytes, tcpOptionsStart, tcpOptionsEnd } = packet;
  const options: string[] = [];
  let mss = '-';
  let windowScale = '-';
  for (let at = tcpOptionsStart; at < tcpOptionsEnd;) {
    const kind = bytes[at]!;
    const size = optionSize(bytes, at, tcpOptionsEnd);
    if (kind === Option.end) {
      options.push('eol');
      break;
    }
    options.push(OPTION_NAMES[kind] ?? `?${kind}`);
    if (size === 0) {
      options.push('cut');
      break;
    }
    if (kind === Option.mss && size === 4) mss = String(u16be(bytes, at + 2));
    else if (kind === Option.windowScale && size === 3) windowScale = String(bytes[at + 2]!);
    at += size;
  }
  const quirks = [
    ...(isFragmentable(packet) ? [] : ['df']),
    ...((packet.tcpFlags & ECN_BITS) === ECN_BITS ? ['ecn'] : []),
  ];
  return `${initialTtl(packet.ipTtl)}:${packet.tcpWindow}:${mss}:${windowScale}:${options.join(',')}:${quirks.join(',')}`;
}

/** Bytes of the option at `at` (RFC 9293, clause 3.1); 0 where none follows or its length cannot be. */
function optionSize(bytes: Uint8Array, at: number, end: number): number {
  const kind = bytes[at]!;
  if (kind === Option.end) return 0;
  if (kind === Option.nop) return 1;
  if (at + 2 > end) return 0;
  const size = bytes[at + 1]!;
  return size < 2 || at + size > end ? 0 : size;
}

function isFragmentable(packet: Packet): boolean {
  return packet.ipVersion !== 4 || (packet.bytes[packet.ipStart + 6]! & 0x40) === 0;
}

function initialTtl(ttl: number): number {
  return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

function mix(a: number, b: number): number {
  const mixed = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
