// ARP has no decoder of its own: its operations stand in the packet record. Their names (RFC 826, RFC 903), and who says which.
import { openCapture } from '../../src/capture/open.ts';
import { frameOf } from '../../src/facts/frame-reference.ts';
import { ipv4Text, macTextAt } from '../../src/packet/addresses.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { Packet } from '../../src/packet/packet.ts';
import type { Message } from './compare.ts';

const NAMES = ['', 'request', 'reply', 'reverse request', 'reverse reply'];

export const ARP_KINDS: readonly string[] = NAMES.slice(1);

export function arpKind(operation: number): string {
  return NAMES[operation] ?? `operation ${operation}`;
}

/** The binding that the sender claims. */
export function arpSender(address: string, mac: string): string {
  return `${address} at ${mac}`;
}

export async function arpMessages(path: string): Promise<Message[]> {
  const messages: Message[] = [];
  const packet = new Packet();
  const source = await openCapture([path]);
  try {
    for (let batch = await source.next(); batch !== null; batch = await source.next()) {
      for (let index = 0; index < batch.count; index++) {
        const start = batch.offset[index]!;
        const end = start + batch.capturedLength[index]!;
        decodeFrame(packet, batch.bytes, start, end, batch.originalLength[index]!, batch.linkType[index]!);
        if (!packet.hasArp) continue;
        const frame = frameOf(batch.frame[index]!);
        const detail = arpSender(
          ipv4Text(batch.bytes, packet.arpSenderIpAt),
          macTextAt(batch.bytes, packet.arpSenderMacAt),
        );
        messages.push({ frame, protocol: 'arp', kind: arpKind(packet.arpOperation), detail });
      }
    }
  } finally {
    source.close();
  }
  return messages;
}
