// The manifest of known-good firmware: JSON Lines, the format first, one image a line, and a signature as the last line
// over all bytes before it. Every mistake in one becomes a usage error of one line.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import type { KnownFirmware, KnownImage } from '../facts/firmware.ts';
import { UsageError } from './command-line.ts';
import { jsonText } from './json-text.ts';

const FORMAT = '1sec-firmware-manifest';
const VERSION = 1;
const ALGORITHM = 'ed25519';
const FILE_BYTES_MAX = 256 << 20;
const IMAGES_MAX = 100_000;
const TEXT_MAX = 200;
const BLOCKS_MAX = 16_384;
const PATH_MAX = 400;

/** A text file that the command line names, as a usage error where it cannot be read. */
export function readTextFile(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX >> 20} MiB`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const shown = showable(path, PATH_MAX);
    throw new UsageError(
      code === 'ENOENT' ? `no such file: ${shown}` : `${shown} cannot be read: ${showable(message)}`,
    );
  }
}

/** Whole or not at all; `mode` for files that only their owner may read. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, text, { flush: true, mode });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UsageError(`${showable(path, PATH_MAX)} cannot be written: ${showable((error as Error).message)}`);
  }
}

/**
 * The images of a manifest. A signature that is there has to be right; with a public key (PEM file) there has to be one,
 * made with its private half.
 */
export function readManifest(path: string, publicKeyPath?: string): KnownFirmware {
  return parsedManifest(readTextFile(path), showable(path, PATH_MAX), publicKeyPath);
}

function parsedManifest(text: string, shown: string, publicKeyPath?: string): KnownFirmware {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const problem = (line: number, what: string): UsageError => new UsageError(`${shown}:${line}: ${what}`);
  const head = jsonLine(lines[0] ?? '');
  if (head?.['format'] !== FORMAT) throw problem(1, `no firmware manifest; its first line names the format ${FORMAT}`);
  if (head['version'] !== VERSION) throw problem(1, `version ${String(head['version'])} of the manifest is not known`);
  const images: KnownImage[] = [];
  let signature: Record<string, unknown> | null = null;
  for (let index = 1; index < lines.length; index++) {
    const value = jsonLine(lines[index]!);
    if (value === null) throw problem(index + 1, 'not one JSON object');
    if (signature !== null) throw problem(index + 1, 'something stands behind the signature');
    if ('signature' in value) {
      signature = value;
      continue;
    }
    if (images.length >= IMAGES_MAX) throw problem(index + 1, `more than ${IMAGES_MAX} images`);
    const image = imageOf(value);
    if (typeof image === 'string') throw problem(index + 1, image);
    images.push(image);
  }
  if (signature === null) {
    if (publicKeyPath !== undefined) throw new UsageError(`${shown} is not signed; a public key is given`);
    return { images, signer: '' };
  }
  const signed = Buffer.from(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1), 'utf8');
  return { images, signer: signerOf(signed, signature, shown, publicKeyPath) };
}

function signerOf(signed: Buffer, line: Record<string, unknown>, shown: string, publicKeyPath?: string): string {
  const wrong = new UsageError(`the signature of ${shown} is wrong: the manifest was changed after it was signed`);
  const { algorithm, publicKey, signature } = line;
  if (algorithm !== ALGORITHM || typeof publicKey !== 'string' || typeof signature !== 'string') {
    throw new UsageError(`the signature of ${shown} is not of a kind that is known`);
  }
  let isRight: boolean;
  let der: Buffer = Buffer.from(publicKey, 'base64');
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    isRight = key.asymmetricKeyType === ALGORITHM && verify(null, signed, key, Buffer.from(signature, 'base64'));
    der = publicDer(key);
  } catch {
    throw wrong;
  }
  if (!isRight) throw wrong;
  if (publicKeyPath !== undefined && !publicDer(readKey(publicKeyPath, createPublicKey)).equals(der)) {
    throw new UsageError(`${shown} is signed with another key than ${showable(publicKeyPath, PATH_MAX)}`);
  }
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

function jsonLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** What is wrong with it, where something is. */
function imageOf(value: Record<string, unknown>): KnownImage | string {
  const { sha256, size = -1, blockBytes = 0, blocks = [] } = value;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'sha256 is not 64 hexadecimal digits';
  if (!Number.isSafeInteger(size) || (size as number) < -1) return 'size is no number of bytes';
  if (blockBytes !== 0 && blockBytes !== 4096 && blockBytes !== 65_536) return 'blockBytes is not 4096 or 65536';
  if (!Array.isArray(blocks) || blocks.length > BLOCKS_MAX) return 'blocks is no list of hashes';
  if (!blocks.every((block) => typeof block === 'string' && /^[0-9a-f]{16}$/.test(block))) {
    return 'a block is not 16 hexadecimal digits';
  }
  const words: string[] = [];
  for (const key of ['vendor', 'model', 'version', 'name']) {
    const word = value[key] ?? '';
    if (typeof word !== 'string' || word.length > TEXT_MAX)
      return `${key} is no text of at most ${TEXT_MAX} characters`;
    words.push(word);
  }
  const [vendor = '', model = '', version = '', name = ''] = words;
  const path = pathProblem(name);
  if (path !== '') return path;
  return { sha256, vendor, model, version, name, size: size as number, blockBytes, blocks: blocks as string[] };
}

/** A name in a list is one of this folder; empty where it is. */
export function pathProblem(name: string): string {
  return /^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(name)
    ? `the path ${showable(name, 80)} leads out of its folder`
    : '';
}

/** Sorted, and each image once: the later one with the same hash counts. Unsigned. */
export function manifestText(images: readonly KnownImage[]): string {
  const byHash = new Map(images.map((image) => [image.sha256, image]));
  const sorted = [...byHash.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const lines = sorted.map(({ vendor, model, version, name, size, sha256, blockBytes, blocks }) =>
    jsonText({ vendor, model, version, name, size, sha256, blockBytes, blocks }),
  );
  return `${[jsonText({ format: FORMAT, version: VERSION }), ...lines].join('\n')}\n`;
}

function sortKey({ vendor, model, version, sha256 }: KnownImage): string {
  return [vendor, model, version, sha256].join('\0');
}

/** The same images under a new signature. */
export function signedManifest(known: KnownFirmware, keyPath: string): string {
  const key = readKey(keyPath, createPrivateKey);
  const text = manifestText(known.images);
  const signature = sign(null, Buffer.from(text, 'utf8'), key).toString('base64');
  const publicKey = publicDer(createPublicKey(key)).toString('base64');
  return `${text}${jsonText({ algorithm: ALGORITHM, publicKey, signature })}\n`;
}

function readKey(path: string, create: (pem: string) => KeyObject): KeyObject {
  const text = readTextFile(path);
  try {
    const key = create(text);
    if (key.asymmetricKeyType === ALGORITHM) return key;
  } catch {
    // Told below: what is wrong with it could hold parts of the key.
  }
  throw new UsageError(`${showable(path, PATH_MAX)} holds no Ed25519 key of the kind that is needed (PEM)`);
}

function publicDer(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}
