// Takes the protection off Initial packets (RFC 9001 5, RFC 9369 3.3): its keys follow from the packet itself, so that
// everybody can. Nothing else of QUIC can be read.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { LongHeader } from './packets.ts';
import { Version } from './packets.ts';

const TAG_BYTES = 16;
const SAMPLE_BYTES = 16;

export interface PacketKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

/** Keys of both directions from the connection identifier that the client's first packet is sent to. */
export function initialKeys(version: number, connection: Uint8Array): { client: PacketKeys; server: PacketKeys } {
  const secret = hmac(saltOf(version), connection);
  return { client: keysOf(version, secret, 'client in'), server: keysOf(version, secret, 'server in') };
}

/** The frames of the packet at `start`, or null: other keys, or damaged. */
export function unprotected(bytes: Uint8Array, start: number, header: LongHeader, keys: PacketKeys): Uint8Array | null {
  const { numberStart, end } = header;
  const sampleAt = numberStart + 4;
  if (sampleAt + SAMPLE_BYTES > end || end > bytes.length) return null;
  const cipher = createCipheriv('aes-128-ecb', keys.headerKey, null);
  const mask = cipher.update(bytes.subarray(sampleAt, sampleAt + SAMPLE_BYTES));
  const first = bytes[start]! ^ (mask[0]! & 0x0f);
  const numberBytes = (first & 3) + 1;
  const payload = numberStart + numberBytes;
  if (end - payload <= TAG_BYTES) return null;
  const clear = Buffer.from(bytes.subarray(start, payload));
  clear[0] = first;
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < numberBytes; index++) {
    const octet = bytes[numberStart + index]! ^ mask[1 + index]!;
    clear[numberStart - start + index] = octet;
    nonce[nonce.length - numberBytes + index]! ^= octet;
  }
  try {
    const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
    decipher.setAAD(clear);
    decipher.setAuthTag(bytes.subarray(end - TAG_BYTES, end));
    const frames = decipher.update(bytes.subarray(payload, end - TAG_BYTES));
    decipher.final();
    return frames;
  } catch {
    return null;
  }
}

/** RFC 9001 5.2, RFC 9369 3.3.1; drafts 29 to 32 and 27 to 28 had their own. */
function saltOf(version: number): Buffer {
  if (version === Version.v1 || version >= 0xff00_0021) return SALT_V1;
  if (version === Version.v2) return SALT_V2;
  return version >= 0xff00_001d ? SALT_DRAFT_29 : SALT_DRAFT_23;
}

const SALT_V1 = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const SALT_V2 = Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex');
const SALT_DRAFT_29 = Buffer.from('afbfec289993d24c9e9786f19c6111e04390a899', 'hex');
const SALT_DRAFT_23 = Buffer.from('c3eef712c72ebb5a11a7d2432bb46365bef9f502', 'hex');

function keysOf(version: number, secret: Buffer, direction: string): PacketKeys {
  const own = expandLabel(secret, direction, 32);
  const prefix = version === Version.v2 ? 'quicv2' : 'quic';
  return {
    key: expandLabel(own, `${prefix} key`, 16),
    iv: expandLabel(own, `${prefix} iv`, 12),
    headerKey: expandLabel(own, `${prefix} hp`, 16),
  };
}

/** HKDF-Expand-Label (RFC 8446 7.1) with an empty context and not more than one block of SHA-256. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return hmac(secret, info).subarray(0, length);
}

function hmac(key: Uint8Array, text: Uint8Array): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
