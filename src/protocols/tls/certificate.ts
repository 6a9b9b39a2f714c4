// Reads an X.509 certificate (RFC 5280) with the reader of the runtime: nothing it does leaves here as an exception.
import { X509Certificate, createHash } from 'node:crypto';
import { showable } from '../../bytes/text.ts';

export interface CertificateTexts {
  readonly subject: string;
  /** With ` (self-signed)` where the key inside made the signature. */
  readonly issuer: string;
  /** `2024-01-01T00:00:00Z to 2025-01-01T00:00:00Z`. */
  readonly validity: string;
  /** SHA-256 of the DER bytes. */
  readonly sha256: string;
  /** `RSA 2048`, `EC prime256v1`; empty where the runtime does not know the key's kind. */
  readonly key: string;
  /** The common name of the subject, where it is plainly a host name; else empty. */
  readonly hostName: string;
}

/** Null: the runtime cannot read it. */
export function readCertificate(der: Uint8Array): CertificateTexts | null {
  // The runtime would take text (PEM) too; on the wire it is always a SEQUENCE.
  if (der[0] !== SEQUENCE) return null;
  try {
    const certificate = new X509Certificate(der);
    const issuer = oneLine(certificate.issuer);
    return {
      subject: oneLine(certificate.subject),
      issuer: isSelfSigned(certificate) ? `${issuer} (self-signed)`.trim() : issuer,
      validity: `${instant(certificate.validFrom)} to ${instant(certificate.validTo)}`,
      sha256: createHash('sha256').update(der).digest('hex'),
      key: keyName(certificate),
      hostName: hostNameOf(certificate.subject),
    };
  } catch {
    return null;
  }
}

const SEQUENCE = 0x30;

/** `C=DE, O=Example, CN=plc.example`. The getter gives nothing for an empty name, whatever its type says. */
function oneLine(name: string | undefined): string {
  return showable((name ?? '').split('\n').join(', '));
}

function instant(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? showable(text, 64) : new Date(time).toISOString().replace('.000Z', 'Z');
}

function isSelfSigned(certificate: X509Certificate): boolean {
  if (certificate.subject !== certificate.issuer) return false;
  try {
    return certificate.verify(certificate.publicKey);
  } catch {
    return false;
  }
}

/** An elliptic curve by its name, everything else by its bits. */
function keyName(certificate: X509Certificate): string {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    const kind = (asymmetricKeyType ?? '').toUpperCase();
    const size = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength;
    return size === undefined ? kind : `${kind} ${size}`;
  } catch {
    return '';
  }
}

/** Labels of letters, digits and hyphens, two or more, the last of letters: no address, no wildcard, no person. */
const HOST_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

function hostNameOf(subject: string | undefined): string {
  const names = (subject ?? '').split('\n').filter((line) => line.startsWith('CN='));
  const name = names.at(-1)?.slice(3) ?? '';
  return HOST_NAME.test(name) ? name.toLowerCase() : '';
}
