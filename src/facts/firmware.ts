// Known-good firmware as a person declared it: what a manifest holds, in plain values.

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

export interface KnownFirmware {
  readonly images: readonly KnownImage[];
  /** Who vouches for it: the beginning of the hash of the public key; empty where the set is not signed. */
  readonly signer: string;
}
