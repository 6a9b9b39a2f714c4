// Known-good firmware as a person declared it: what a manifest holds, in plain values; and what happened to the firmware
// of a device.
import type { FrameReference } from './frame-reference.ts';

/** One image that is known to be good. */
export interface KnownImage {
  /** Lower-case hexadecimal, 64 digits. */
  readonly sha256: string;
  readonly vendor: string;
  readonly model: string;
  readonly version: string;
  readonly name: string;
  /** Bytes; -1 where only a hash is known. */
  readonly size: number;
  /** Bytes of a block; 0 where the blocks are not known. */
  readonly blockBytes: number;
  /** The first 16 hexadecimal digits of the SHA-256 of each block: enough to tell which differ, not to trust one. */
  readonly blocks: readonly string[];
}

/** Something that happened to the firmware of a device. */
export interface FirmwareEvent {
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly host: number;
  /** The device behind the host that is meant, -1 for the host itself. */
  readonly unit: number;
  /** It told its version, or it was sent an image. */
  readonly what: 'reported' | 'sent';
  /** What it reported; of a known-good image its version; else empty. */
  readonly version: string;
  /** Where the version was read, or what carried the image. */
  readonly source: string;
  /** Of an image; empty where it was not whole. */
  readonly sha256: string;
  readonly name: string;
  /** Bytes of an image, -1 where there is none. */
  readonly size: number;
  readonly kind: string;
  /** Kinds of alert that the image raised. */
  readonly verdicts: readonly string[];
}

export interface KnownFirmware {
  readonly images: readonly KnownImage[];
  /** Who vouches for it: the beginning of the hash of the public key; empty where the set is not signed. */
  readonly signer: string;
}
