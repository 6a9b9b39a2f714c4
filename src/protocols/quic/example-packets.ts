// Builds protected Initial packets of QUIC for the tests of this folder. No part of the program.
import { createCipheriv } from 'node:crypto';
import { be16, be32 } from '../example-conversation.ts';
import { initialKeys } from './protection.ts';

export const CONNECTION = Uint8Array.from(Buffer.from('8394c8f03e515708', 'hex'));
/** Where the client sends to after the server's first packet. */
export const OWN = [1, 2, 3, 4];

interface Initial {
  readonly frames: readonly number[];
  readonly fromClient?: boolean;
  readonly version?: number;
  readonly number?: number;
  /** What the packet is sent to. */
  readonly target?: readonly number[];
  /** What the keys are made from. */
  readonly keyedBy?: Uint8Array;
}

/** Frames are padded to 1,162 bytes, as a client has to (RFC 9000 14.1). */
export function initial(of: Initial): Uint8Array {
  const { fromClient = true, version = 1, number = 0, target = [...CONNECTION], keyedBy = CONNECTION } = of;
  const keys = initialKeys(version, keyedBy)[fromClient ? 'client' : 'server'];
  const frames = [...of.frames];
  while (frames.length < 1162) frames.push(0);
  const first = version === 1 ? 0xc1 : 0xd1;
  const length = be16(0x4000 | (2 + frames.length + 16));
  const header = [first, ...be32(version), target.length, ...target, OWN.length, ...OWN, 0, ...length, ...be16(number)];
  const nonce = Buffer.from(keys.iv);
  nonce[10]! ^= number >> 8;
  nonce[11]! ^= number & 0xff;
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonce);
  cipher.setAAD(Uint8Array.from(header));
  const sealed = Buffer.concat([cipher.update(Uint8Array.from(frames)), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv('aes-128-ecb', keys.headerKey, null).update(sealed.subarray(2, 18));
  header[0]! ^= mask[0]! & 0x0f;
  header[header.length - 2]! ^= mask[1]!;
  header[header.length - 1]! ^= mask[2]!;
  return Uint8Array.from([...header, ...sealed]);
}

/** A CRYPTO frame. */
export function crypto(offset: number, part: Iterable<number>): number[] {
  const bytes = [...part];
  return [6, ...be16(0x4000 | offset), ...be16(0x4000 | bytes.length), ...bytes];
}

export function retry(): Uint8Array {
  return Uint8Array.from([0xf0, ...be32(1), 0, OWN.length, ...OWN, ...new Uint8Array(20)]);
}

export function versionNegotiation(): Uint8Array {
  return Uint8Array.from([0x80, ...be32(0), 0, OWN.length, ...OWN, ...be32(1), ...be32(0x6b3343cf)]);
}
