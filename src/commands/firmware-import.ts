// Takes known hashes out of lists that others make: sha256sum's text, and CycloneDX bills of materials in JSON.
import { showable } from '../bytes/text.ts';
import type { KnownImage } from '../facts/firmware.ts';
import { UsageError } from './command-line.ts';
import { pathProblem } from './firmware-manifest.ts';

const COMPONENTS_MAX = 100_000;
const DEPTH_MAX = 16;
const TEXT_MAX = 200;
const NO_BLOCKS = { size: -1, blockBytes: 0, blocks: [] } as const;

type Words = Pick<KnownImage, 'vendor' | 'model' | 'version'>;

/** The images that a list names; `words` where the list does not say it. Throws a usage error for what is no such list. */
export function importedImages(text: string, path: string, words: Words): readonly KnownImage[] {
  const shown = showable(path, 400);
  const images = text.trimStart().startsWith('{')
    ? fromCycloneDx(text, shown, words)
    : fromHashList(text, shown, words);
  if (images.length === 0) throw new UsageError(`${shown} names no SHA-256`);
  return images;
}

/** `HASH  NAME`, `HASH *NAME` (binary), `SHA256 (NAME) = HASH` (BSD, `--tag`), and comments. */
function fromHashList(text: string, shown: string, words: Words): KnownImage[] {
  const images: KnownImage[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const plain = /^([0-9A-Fa-f]{64})(?:\s+\*?(.*))?$/.exec(line);
    const tagged = /^SHA256 \((.*)\) = ([0-9A-Fa-f]{64})$/.exec(line);
    const [sha256, name = ''] = tagged === null ? [plain?.[1], plain?.[2]] : [tagged[2], tagged[1]];
    if (sha256 === undefined) throw new UsageError(`${shown}:${index + 1}: no line of sha256sum`);
    images.push(image(sha256, name, words, `${shown}:${index + 1}`));
  }
  return images;
}

function fromCycloneDx(text: string, shown: string, words: Words): KnownImage[] {
  let bill: unknown;
  try {
    bill = JSON.parse(text);
  } catch {
    throw new UsageError(`${shown} is no JSON`);
  }
  if (!isObject(bill) || bill['bomFormat'] !== 'CycloneDX') throw new UsageError(`${shown} is no CycloneDX bill`);
  const images: KnownImage[] = [];
  const metadata = bill['metadata'];
  if (isObject(metadata)) takeComponents([metadata['component']], 0);
  takeComponents(bill['components'], 0);
  return images;

  function takeComponents(components: unknown, depth: number): void {
    if (!Array.isArray(components) || depth > DEPTH_MAX) return;
    for (const component of components as unknown[]) {
      if (!isObject(component)) continue;
      if (images.length >= COMPONENTS_MAX) throw new UsageError(`${shown} names more than ${COMPONENTS_MAX} images`);
      const sha256 = hashOf(component['hashes']);
      if (sha256 !== '') images.push(image(sha256, word(component['name']), wordsOf(component, words), shown));
      takeComponents(component['components'], depth + 1);
    }
  }
}

function wordsOf(component: Record<string, unknown>, words: Words): Words {
  const maker = component['manufacturer'] ?? component['supplier'];
  const vendor = isObject(maker) ? word(maker['name']) : word(component['publisher']);
  return {
    vendor: vendor === '' ? words.vendor : vendor,
    model: words.model,
    version: word(component['version']) || words.version,
  };
}

function hashOf(hashes: unknown): string {
  if (!Array.isArray(hashes)) return '';
  for (const hash of hashes as unknown[]) {
    if (isObject(hash) && hash['alg'] === 'SHA-256' && /^[0-9A-Fa-f]{64}$/.test(word(hash['content']))) {
      return word(hash['content']);
    }
  }
  return '';
}

function image(sha256: string, name: string, words: Words, where: string): KnownImage {
  const problem = pathProblem(name);
  if (problem !== '') throw new UsageError(`${where}: ${problem}`);
  return { sha256: sha256.toLowerCase(), ...words, name: name.slice(0, TEXT_MAX), ...NO_BLOCKS };
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, TEXT_MAX) : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
