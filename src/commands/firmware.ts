// `1sec firmware`: looks into firmware images, and keeps the signed set of those that are known to be good.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { grouped, showable } from '../bytes/text.ts';
import type { KnownFirmware, KnownImage } from '../facts/firmware.ts';
import { compareBlocks } from '../transfers/block-hashes.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { diffImages, inspectImage, type ImageDifference, type InspectedImage } from './firmware-image.ts';
import { importedImages } from './firmware-import.ts';
import { manifestText, readManifest, readTextFile, signedManifest, writeWhole } from './firmware-manifest.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';

const RANGES_SHOWN_MAX = 50;

export const firmwareCommand: Command = {
  name: 'firmware',
  usage: 'inspect IMAGE | diff A B | verify IMAGE | add IMAGE | import LIST | key | sign MANIFEST',
  summary: 'look into firmware images, and keep the signed set of those that are known to be good',
  options: [
    { name: 'manifest', value: 'FILE', text: 'of verify: the known-good set' },
    { name: 'public-key', value: 'FILE', text: 'of verify: the set has to be signed with this key (PEM)' },
    { name: 'vendor', value: 'NAME', text: 'of add and import: who made it' },
    { name: 'model', value: 'NAME', text: 'of add and import: which device it is for' },
    { name: 'version', value: 'TEXT', text: 'of add and import' },
    { name: 'to', value: 'FILE', text: 'of add and import: the manifest; of key: where the private key goes' },
    { name: 'key', value: 'FILE', text: 'of sign: the private key' },
    { name: 'json', text: 'of inspect, diff and verify: as one JSON object' },
  ],
  operandsMax: 3,
  notes: [
    'inspect tells kind, processor, randomness, versions and secrets inside; diff where two images differ, block by block.',
    'key writes an Ed25519 key (mode 0600) and its public half beside it (.pub); sign puts a signature under a manifest.',
    'add and import take a signature away, for what it signed is no longer so: sign again. LIST is of sha256sum or CycloneDX (JSON).',
    "'1sec analyze --firmware MANIFEST' tells of images on the network that are not in it.",
    'Exit codes: 0 done; 2 wrong usage, a wrong signature or an unreadable file; 3 verify: the image is not in the set.',
  ],
  run: (line) => Promise.resolve(runFirmware(line)),
};

interface Action {
  readonly operands: readonly string[];
  readonly options: readonly string[];
  run(line: CommandLine, operands: readonly string[]): number;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  inspect: { operands: ['IMAGE'], options: ['json'], run: inspect },
  diff: { operands: ['A', 'B'], options: ['json'], run: diff },
  verify: { operands: ['IMAGE'], options: ['manifest', 'public-key', 'json'], run: verifyImage },
  add: { operands: ['IMAGE'], options: ['vendor', 'model', 'version', 'to'], run: add },
  import: { operands: ['LIST'], options: ['vendor', 'model', 'version', 'to'], run: importList },
  key: { operands: [], options: ['to'], run: makeKey },
  sign: { operands: ['MANIFEST'], options: ['key'], run: signManifest },
};

function runFirmware(line: CommandLine): number {
  const [word, ...operands] = line.operands;
  const names = Object.keys(ACTIONS);
  const action = word === undefined || !Object.hasOwn(ACTIONS, word) ? undefined : ACTIONS[word];
  if (word === undefined || action === undefined) {
    const given = word === undefined ? 'firmware needs a word' : `firmware cannot '${word}'`;
    const meant = word === undefined ? '' : didYouMean(word, names);
    throw new UsageError(`${given}: ${names.join(', ')}${meant}; see '1sec help firmware'`);
  }
  if (operands.length !== action.operands.length || operands.includes('')) {
    throw new UsageError(`it is '1sec firmware ${[word, ...action.operands].join(' ')}'; see '1sec help firmware'`);
  }
  for (const { name } of firmwareCommand.options) {
    if (line.options.has(name) && !action.options.includes(name)) {
      throw new UsageError(`--${name} does not belong to firmware ${word}`);
    }
  }
  return action.run(line, operands);
}

function needed(line: CommandLine, option: string, what: string): string {
  const value = line.options.get(option);
  if (value === undefined) throw new UsageError(`--${option} is missing: ${what}`);
  return value;
}

function inspect(line: CommandLine, [path = '']: readonly string[]): number {
  const image = inspectImage(path);
  writeOutput(line.options.has('json') ? jsonPage(inspectionJson(image)) : inspectionText(image));
  return ExitCode.ok;
}

function inspectionJson({ size, sha256, kind, findings, header, blocks }: InspectedImage): Record<string, unknown> {
  const { architecture, entropy, versions, secrets } = findings;
  const { blockBytes } = blocks;
  const about = { kind, size, sha256, architecture: architecture === '' ? null : architecture, entropy };
  return { ...about, versions, secrets, header: Object.fromEntries(header), blockBytes, blocks: blocks.blocks };
}

function inspectionText({ size, sha256, kind, findings, header, blocks }: InspectedImage): string {
  const { architecture, entropy, versions, secrets } = findings;
  const rows: (readonly [string, string])[] = [
    ['kind', kind],
    ['size', `${grouped(size)} bytes`],
    ['sha-256', sha256],
    ['processor', architecture === '' ? 'not told' : architecture],
    ['randomness', `${entropy} of 8 bits a byte${entropy > 7.9 ? ': compressed or encrypted' : ''}`],
    ['versions', versions.length === 0 ? 'none found' : versions.map((text) => showable(text)).join(', ')],
    ['secrets', secrets.length === 0 ? 'none found' : secrets.join(', ')],
    ...header,
    ['blocks', `${grouped(blocks.blocks.length)} of ${grouped(blocks.blockBytes)} bytes`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(22)}${value}\n`).join('');
}

function diff(line: CommandLine, [a = '', b = '']: readonly string[]): number {
  const difference = diffImages(a, b);
  writeOutput(line.options.has('json') ? jsonPage({ ...difference }) : differenceText(difference));
  return ExitCode.ok;
}

function differenceText(difference: ImageDifference): string {
  const { sizes, blockBytes, blocks, differingBlocks, differingBytes, ranges } = difference;
  if (differingBlocks === 0) return `the same: ${grouped(sizes[0])} bytes\n`;
  const size = sizes[0] === sizes[1] ? grouped(sizes[0]) : `${grouped(sizes[0])} and ${grouped(sizes[1])}`;
  const lines = [
    `${grouped(differingBytes)} of ${size} bytes differ, in ${grouped(differingBlocks)} of ${grouped(blocks)} blocks of ${grouped(blockBytes)} bytes`,
  ];
  for (const { offset, size: length, firstByte, lastByte } of ranges.slice(0, RANGES_SHOWN_MAX)) {
    const bytes =
      firstByte === lastByte ? `byte ${grouped(firstByte)}` : `from byte ${grouped(firstByte)} to ${grouped(lastByte)}`;
    lines.push(`  ${grouped(length)} bytes at ${grouped(offset)} (0x${offset.toString(16)}): ${bytes}`);
  }
  const omitted = Math.max(0, ranges.length - RANGES_SHOWN_MAX) + difference.rangesOmitted;
  if (omitted > 0) lines.push(`  and ${grouped(omitted)} more; --json lists ${grouped(ranges.length)}`);
  return `${lines.join('\n')}\n`;
}

function verifyImage(line: CommandLine, [path = '']: readonly string[]): number {
  const manifest = needed(line, 'manifest', 'the known-good set');
  const known = readManifest(manifest, line.options.get('public-key'));
  const image = inspectImage(path);
  const good = known.images.find(({ sha256 }) => sha256 === image.sha256);
  const nearest = good === undefined ? nearestOf(known, image) : null;
  if (line.options.has('json')) {
    const signer = known.signer === '' ? null : known.signer;
    const words = good === undefined ? null : { vendor: good.vendor, model: good.model, version: good.version };
    const near = nearest === null ? null : nearestJson(nearest);
    writeOutput(jsonPage({ sha256: image.sha256, isKnown: good !== undefined, signer, image: words, nearest: near }));
  } else {
    const by = known.signer === '' ? 'the set is not signed' : `signed by ${known.signer}`;
    if (good !== undefined) writeOutput(`known to be good: ${knownName(good)} (${by})\n`);
    else writeOutput(`not in the set of ${grouped(known.images.length)} images (${by}): ${image.sha256}\n`);
    if (nearest !== null) {
      const { same, differing } = nearest;
      writeOutput(
        `nearest: ${knownName(nearest.image)}: ${grouped(same)} blocks are the same, ${grouped(differing)} differ\n`,
      );
      for (const range of nearest.ranges.slice(0, RANGES_SHOWN_MAX)) {
        writeOutput(`  ${grouped(range.size)} bytes at ${grouped(range.offset)}\n`);
      }
    }
  }
  return good === undefined ? ExitCode.alerts : ExitCode.ok;
}

interface NearestImage {
  readonly image: KnownImage;
  readonly same: number;
  readonly differing: number;
  readonly ranges: readonly { readonly offset: number; readonly size: number }[];
}

function nearestJson({ image, same, differing, ranges }: NearestImage): Record<string, unknown> {
  return { name: knownName(image), image: image.sha256, same, differing, ranges };
}

function nearestOf(known: KnownFirmware, image: InspectedImage): NearestImage | null {
  let nearest: NearestImage | null = null;
  for (const candidate of known.images) {
    const comparison = compareBlocks(candidate, image.blocks, candidate.size);
    if (comparison === null || comparison.same <= (nearest?.same ?? 0)) continue;
    const { same, differing, ranges } = comparison;
    nearest = { image: candidate, same, differing, ranges };
  }
  return nearest;
}

function knownName({ vendor, model, version, name }: KnownImage): string {
  return showable([vendor, model, version].filter((word) => word !== '').join(' ') || name);
}

function add(line: CommandLine, [path = '']: readonly string[]): number {
  const to = needed(line, 'to', 'the manifest');
  const words = { vendor: needed(line, 'vendor', 'who made it'), ...modelAndVersion(line) };
  const { sha256, size, blocks } = inspectImage(path);
  return addTo(to, [{ sha256, ...words, name: basename(path), size, ...blocks }]);
}

function modelAndVersion(line: CommandLine): { model: string; version: string } {
  return { model: needed(line, 'model', 'which device it is for'), version: needed(line, 'version', 'of the image') };
}

function importList(line: CommandLine, [path = '']: readonly string[]): number {
  const to = needed(line, 'to', 'the manifest');
  const { options } = line;
  const vendor = options.get('vendor') ?? '';
  const words = { vendor, model: options.get('model') ?? '', version: options.get('version') ?? '' };
  return addTo(to, importedImages(readTextFile(path), path, words));
}

function addTo(path: string, images: readonly KnownImage[]): number {
  const before = existsSync(path) ? readManifest(path) : { images: [], signer: '' };
  // What is known with its blocks is not replaced by a bare hash.
  const withBlocks = new Set(before.images.filter(({ blocks }) => blocks.length > 0).map(({ sha256 }) => sha256));
  const fresh = images.filter(({ sha256, blocks }) => blocks.length > 0 || !withBlocks.has(sha256));
  writeWhole(path, manifestText([...before.images, ...fresh]));
  const unsigned = before.signer === '' ? '' : '; it was signed before and is no longer: sign it again';
  const count = new Set([...before.images, ...fresh].map(({ sha256 }) => sha256)).size;
  writeOutput(`${showable(path, 400)}: ${grouped(count)} ${count === 1 ? 'image' : 'images'}${unsigned}\n`);
  return ExitCode.ok;
}

function makeKey(line: CommandLine): number {
  const path = needed(line, 'to', 'the file of the private key');
  for (const file of [path, `${path}.pub`]) {
    if (existsSync(file)) throw new UsageError(`${showable(file, 400)} is there already, and is not replaced`);
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeWhole(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600);
  writeWhole(`${path}.pub`, publicKey.export({ format: 'pem', type: 'spki' }));
  const shown = showable(path, 400);
  writeOutput(`${shown}: the private key, for who signs alone; ${shown}.pub: the public one, for who verifies\n`);
  return ExitCode.ok;
}

function signManifest(line: CommandLine, [path = '']: readonly string[]): number {
  const key = needed(line, 'key', 'the private key');
  const known = readManifest(path);
  const text = signedManifest(known, key);
  writeWhole(path, text);
  const { signer, images } = readManifest(path);
  writeOutput(`${showable(path, 400)}: ${grouped(images.length)} images, signed by ${signer}\n`);
  return ExitCode.ok;
}
