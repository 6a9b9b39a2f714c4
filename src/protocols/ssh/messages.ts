// The numbers of SSH that stand in clear (RFC 4250 4.1.2, RFC 4253, RFC 4419, RFC 5656), and the words of identification lines.

export const MessageNumber = {
  kexInit: 20,
  newKeys: 21,
  /** SSH_MSG_KEXDH_INIT, SSH_MSG_KEX_ECDH_INIT, SSH_MSG_KEX_DH_GEX_REQUEST_OLD: the client's. */
  kexInitOfClient: 30,
  /** SSH_MSG_KEX_DH_GEX_INIT: the client's. */
  gexInit: 32,
  /** SSH_MSG_KEX_DH_GEX_REQUEST: the client's. */
  gexRequest: 34,
} as const;

/** The client alone says these, whoever opened the connection. */
export function isOfClient(message: number): boolean {
  return (
    message === MessageNumber.kexInitOfClient ||
    message === MessageNumber.gexInit ||
    message === MessageNumber.gexRequest
  );
}

/** How the comment of an identification line begins where the packager says for which system it was built. */
export const SYSTEMS: readonly (readonly [start: string, system: string])[] = [
  ['ubuntu', 'Ubuntu'],
  ['debian', 'Debian'],
  ['raspbian', 'Raspbian'],
  ['freebsd', 'FreeBSD'],
  ['netbsd', 'NetBSD'],
];

/** Rules of the specification whose breach is told. */
export const RULES = {
  'identification-too-long': 'RFC 4253 4.2: at most 255 characters with carriage return and line feed',
  'padding-outside': 'RFC 4253 6: at least 4 bytes of padding, inside the packet',
  'kexinit-cut': 'RFC 4253 7.1: ten name-lists and five more bytes',
} as const;
export type Rule = keyof typeof RULES;
