// The code tables of TLS, with the names of the specification (RFC 8446, RFC 5246), and the rules that can be broken.

/** RFC 8446 5.1. */
export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** RFC 8446 4, RFC 5246 7.4. */
export const HandshakeType = { clientHello: 1, serverHello: 2, certificate: 11 } as const;

/** Every type that is assigned and may be seen in clear: what has another is encrypted, or no message. */
const HANDSHAKE_TYPES = new Set([0, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25]);

export function isHandshakeType(type: number): boolean {
  return HANDSHAKE_TYPES.has(type);
}

/** RFC 8446 4.2. */
export const ExtensionType = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  supportedVersions: 43,
} as const;

export const Version = {
  ssl2: 0x0002,
  ssl3: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
} as const;

const VERSION_NAMES: ReadonlyMap<number, string> = new Map([
  [Version.ssl2, 'SSL 2.0'],
  [Version.ssl3, 'SSL 3.0'],
  [Version.tls10, 'TLS 1.0'],
  [Version.tls11, 'TLS 1.1'],
  [Version.tls12, 'TLS 1.2'],
  [Version.tls13, 'TLS 1.3'],
]);

export function versionName(version: number): string {
  return VERSION_NAMES.get(version) ?? `0x${version.toString(16).padStart(4, '0')}`;
}

/** RFC 8701: 0x0a0a, 0x1a1a … 0xfafa mean nothing and are made up anew each time. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

/** RFC 8446 6, RFC 5246 7.2; the others are `alert 200`. */
const ALERT_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [21, 'decryption_failed'],
  [22, 'record_overflow'],
  [30, 'decompression_failure'],
  [40, 'handshake_failure'],
  [41, 'no_certificate'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [60, 'export_restriction'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [111, 'certificate_unobtainable'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [114, 'bad_certificate_hash_value'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
]);

export const AlertLevel = { warning: 1, fatal: 2 } as const;
export const ALERT_CLOSE_NOTIFY = 0;

export function isAlert(level: number, description: number): boolean {
  return (level === AlertLevel.warning || level === AlertLevel.fatal) && ALERT_NAMES.has(description);
}

export function alertName(description: number): string {
  return ALERT_NAMES.get(description) ?? `alert ${description}`;
}

/** Rules that can be broken, and what is said where there is no number to say. */
export const RULES = {
  'hello-cut': 'a field reaches past the end of the hello',
  'certificate-cut': 'a length reaches past the end of the list of certificates',
  'certificate-unreadable': 'what stands in the list is no X.509 certificate',
  'handshake-too-long': 'a handshake message is longer than is kept',
  'sslv2-hello': 'a hello in the form of SSL 2.0, forbidden by RFC 6176',
} as const;
export type Rule = keyof typeof RULES;
