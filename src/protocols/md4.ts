// MD4 (RFC 1320), with which Windows turns a password into its key; the cryptography of the runtime has it no more.

const BLOCK_BYTES = 64;
const ROUNDS: readonly { add: number; order: readonly number[]; shifts: readonly number[] }[] = [
  { add: 0, order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], shifts: [3, 7, 11, 19] },
  { add: 0x5a827999, order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], shifts: [3, 5, 9, 13] },
  { add: 0x6ed9eba1, order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], shifts: [3, 9, 11, 15] },
];

/** The 16 bytes of the digest. */
export function md4(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (message.length * 8) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(message.length / 0x2000_0000), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) block(state, view, at);
  padded.fill(0);
  const digest = new Uint8Array(16);
  const target = new DataView(digest.buffer);
  for (let word = 0; word < 4; word++) target.setInt32(word * 4, state[word]!, true);
  return digest;
}

function block(state: Int32Array, view: DataView, at: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const [round, { add, order, shifts }] of ROUNDS.entries()) {
    for (let step = 0; step < 16; step++) {
      const sum = (a + mixed(round, b, c, d) + view.getInt32(at + order[step]! * 4, true) + add) | 0;
      const shift = shifts[step & 3]!;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    }
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

/** F, G and H of RFC 1320 3.4. */
function mixed(round: number, x: number, y: number, z: number): number {
  if (round === 0) return (x & y) | (~x & z);
  return round === 1 ? (x & y) | (x & z) | (y & z) : x ^ y ^ z;
}
