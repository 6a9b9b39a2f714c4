// The numbers of RFB's handshake (RFC 6143 7.1, 8.4; the registry of security types), with their names.

export const Security = { invalid: 0, none: 1, vnc: 2, appleDh: 30 } as const;

const SECURITY_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'none'],
  [2, 'des'],
  [5, 'ra2'],
  [6, 'ra2ne'],
  [16, 'tight'],
  [17, 'ultra'],
  [18, 'tls'],
  [19, 'vencrypt'],
  [20, 'sasl'],
  [21, 'md5'],
  [22, 'xvp'],
  [30, 'apple-dh'],
]);

/** `des`, `tight`, `type-35`. */
export function securityName(type: number): string {
  return SECURITY_NAMES.get(type) ?? `type-${type}`;
}

/** What SecurityResult says. */
export const RESULT_OK = 0;
/** 1: failed; 2: failed, too many attempts (RFB 3.7 with Tight). More is none. */
export const RESULT_MAX = 2;
