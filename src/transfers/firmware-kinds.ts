// Tells from content, name and receiver whether a transfer is a firmware image, and says why.

/** Only firmware begins like this. */
const FIRMWARE_KINDS: ReadonlySet<string> = new Set([
  'uboot-image',
  'device-tree',
  'squashfs',
  'ubi',
  'ubifs',
  'jffs2',
  'cramfs',
  'romfs',
  'trx-firmware',
  'android-boot',
  'android-sparse',
  'uf2',
  'dfuse',
  'mcuboot-image',
  'esp-image',
  'intel-hex',
  's-record',
]);

/** May be firmware: believed with a name that says so, or where the receiver is a device that gets such images. */
const POSSIBLE_KINDS: ReadonlySet<string> = new Set([
  'data',
  'elf',
  'zip',
  'tar',
  'gzip',
  'xz',
  'zstd',
  'bzip2',
  'lz4',
  '7z',
  'cpio',
  'ext-filesystem',
]);

const NAME = /\.(?:bin|fw|img|upd|rom|hex|s19|s28|s37|srec|mot|ota|dfu|trx|chk|uf2|itb|ubi|swu|raucb|nvm)$/i;
const WORD = /firmware|(?:^|[^a-z])(?:fw|ota|sysupgrade|fwupdate|flash)(?:[^a-z]|$)/i;
/** Names whose content is something else, whatever it begins with. */
const OTHER_NAME =
  /\.(?:pcap|pcapng|cap|log|txt|csv|jpe?g|png|gif|html?|js|css|exe|dll|docx?|xlsx?|pptx?|pdf|apk|deb|rpm|jar)$/i;
/** Carriers that carry nothing else. */
const CARRIER = /flash update|firmware/i;
const IMAGE_BYTES_MIN = 256;

export interface Candidate {
  readonly kind: string;
  readonly name: string;
  readonly carrier: string;
  readonly size: number;
  readonly isReceiverDevice: boolean;
  /** The kind of all images that the receiver was sent before, twice and more; empty where they differ. */
  readonly usualKind: string;
}

/** What comes this way is firmware, whatever it holds. */
export function isFirmwareCarrier(carrier: string): boolean {
  return CARRIER.test(carrier);
}

/** Why this is firmware, in words; empty where it is not. */
export function firmwareReason(candidate: Candidate): string {
  const { kind, carrier, size, isReceiverDevice, usualKind } = candidate;
  if (isFirmwareCarrier(carrier)) return `it came as ${carrier}`;
  if (size < IMAGE_BYTES_MIN) return '';
  // Without query and path: names of HTTP are addresses.
  const path = candidate.name.split(/[?#]/, 1)[0]!;
  if (FIRMWARE_KINDS.has(kind)) return `its content is ${kind}`;
  if (!POSSIBLE_KINDS.has(kind) && kind !== '') return '';
  if (OTHER_NAME.test(path)) return '';
  if (WORD.test(path)) return 'its name says so';
  if (!isReceiverDevice) return '';
  if (NAME.test(path)) return 'its name ends like that of an image, and the receiver is a device';
  if (kind === 'elf') return 'it is a program (elf), and the receiver is a device';
  return usualKind !== '' && kind === usualKind ? `the receiver only ever gets ${kind} images` : '';
}

/** Content that is certainly no image, by its first piece: it need not be looked into. */
export function mayBeImage(kind: string): boolean {
  return FIRMWARE_KINDS.has(kind) || POSSIBLE_KINDS.has(kind);
}
