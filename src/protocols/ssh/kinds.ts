// Names the kinds of messages of SSH that stand in clear: the identification (RFC 4253 4.2), and packets by their number
// (RFC 4250 4.1.2; those of the key exchange mean what its method says).

export const NEW_KEYS = 'NEWKEYS';
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'DISCONNECT'],
  [2, 'IGNORE'],
  [3, 'UNIMPLEMENTED'],
  [4, 'DEBUG'],
  [20, 'KEXINIT'],
  [21, NEW_KEYS],
  [30, 'key exchange message 30'],
  [31, 'key exchange message 31'],
  [32, 'key exchange message 32'],
  [33, 'key exchange message 33'],
  [34, 'key exchange message 34'],
]);

export const IDENTIFICATION = 'identification';
export const MESSAGE_KINDS: readonly string[] = [IDENTIFICATION, ...NAMES.values()];

export function messageKind(number: number): string {
  return NAMES.get(number) ?? `message ${number}`;
}
