// The code tables of Kerberos 5, with the names of RFC 4120, RFC 3961 and the registries they made.

/** Identifier octets of the messages: application tags (RFC 4120 5.4, 5.5, 5.9). */
export const MessageTag = {
  asRequest: 0x6a,
  asReply: 0x6b,
  tgsRequest: 0x6c,
  tgsReply: 0x6d,
  error: 0x7e,
} as const;

/** RFC 4120 7.5.2, RFC 4556, RFC 6113. */
export const PreAuth = {
  encryptedTimestamp: 2,
  publicKey: 16,
  publicKeyOld: 14,
  fast: 136,
  encryptedChallenge: 138,
} as const;

/** RFC 4120 7.5.3: a NetBIOS name of the client's. */
export const ADDRESS_NETBIOS = 20;

const ENCRYPTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'des-cbc-crc'],
  [2, 'des-cbc-md4'],
  [3, 'des-cbc-md5'],
  [16, 'des3-cbc-sha1'],
  [17, 'aes128-cts-hmac-sha1-96'],
  [18, 'aes256-cts-hmac-sha1-96'],
  [19, 'aes128-cts-hmac-sha256-128'],
  [20, 'aes256-cts-hmac-sha384-192'],
  [23, 'rc4-hmac'],
  [24, 'rc4-hmac-exp'],
  [25, 'camellia128-cts-cmac'],
  [26, 'camellia256-cts-cmac'],
  [-128, 'rc4-md4'],
  [-133, 'rc4-hmac-old'],
  [-135, 'rc4-hmac-old-exp'],
]);

export function encryptionName(type: number): string {
  return ENCRYPTIONS.get(type) ?? `etype-${type < 0 ? 'minus-' : ''}${Math.abs(type)}`;
}

/** RFC 6649 and RFC 8429: DES and RC4 are to be used no more. Triple DES is, by the second, and is not counted here. */
export function isWeak(type: number): boolean {
  return WEAK.has(type);
}

const WEAK = new Set([1, 2, 3, 23, 24, -128, -133, -135]);

/** RFC 4120 7.5.9. */
export const ErrorCode = {
  unknownPrincipal: 6,
  revoked: 18,
  preAuthFailed: 24,
  preAuthRequired: 25,
  tooBig: 52,
} as const;

const ERRORS: ReadonlyMap<number, string> = new Map([
  [3, 'KDC_ERR_BAD_PVNO'],
  [6, 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  [7, 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  [8, 'KDC_ERR_PRINCIPAL_NOT_UNIQUE'],
  [9, 'KDC_ERR_NULL_KEY'],
  [12, 'KDC_ERR_POLICY'],
  [13, 'KDC_ERR_BADOPTION'],
  [14, 'KDC_ERR_ETYPE_NOSUPP'],
  [16, 'KDC_ERR_PADATA_TYPE_NOSUPP'],
  [18, 'KDC_ERR_CLIENT_REVOKED'],
  [20, 'KDC_ERR_TGT_REVOKED'],
  [23, 'KDC_ERR_KEY_EXPIRED'],
  [24, 'KDC_ERR_PREAUTH_FAILED'],
  [25, 'KDC_ERR_PREAUTH_REQUIRED'],
  [29, 'KDC_ERR_SVC_UNAVAILABLE'],
  [31, 'KRB_AP_ERR_BAD_INTEGRITY'],
  [32, 'KRB_AP_ERR_TKT_EXPIRED'],
  [34, 'KRB_AP_ERR_REPEAT'],
  [37, 'KRB_AP_ERR_SKEW'],
  [41, 'KRB_AP_ERR_MODIFIED'],
  [52, 'KRB_ERR_RESPONSE_TOO_BIG'],
  [60, 'KRB_ERR_GENERIC'],
  [68, 'KDC_ERR_WRONG_REALM'],
]);

export function errorName(code: number): string {
  return ERRORS.get(code) ?? `error ${code}`;
}

export const RULES = {
  'message-cut': 'a length reaches past the end of the message',
} as const;
