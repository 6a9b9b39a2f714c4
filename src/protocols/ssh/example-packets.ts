// Builds SSH packets byte for byte for the tests of this folder. No part of the program.
import { be32 } from '../example-conversation.ts';

export function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}

/** A packet in clear: length, padding to a multiple of 8, payload (RFC 4253 6). */
export function clearPacket(payload: Iterable<number>): Uint8Array {
  const body = [...payload];
  let padding = 8 - ((5 + body.length) % 8);
  if (padding < 4) padding += 8;
  return Uint8Array.from([...be32(1 + body.length + padding), padding, ...body, ...new Uint8Array(padding)]);
}

/** SSH_MSG_KEXINIT whose lists differ in the two directions. */
export function kexInit(): Uint8Array {
  const lists = ['kex-a,kex-b@example.org', 'key-a', 'aes-c', 'aes-s', 'mac-c', 'mac-s', 'none', 'zlib', '', ''];
  const names = lists.flatMap((list) => [...be32(list.length), ...text(list)]);
  return clearPacket([20, ...new Uint8Array(16).fill(0x5a), ...names, 0, 0, 0, 0, 0]);
}

/** Encrypted bytes of one segment. */
export function opaque(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(0xe7);
}
