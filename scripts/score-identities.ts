// `npm run score:identities [-- CAPTURE… | --write]`: whatever tshark shows of a device's identity must stand in the record of the
// asset with that address. Prints a table of counts per protocol, then every difference;
// with --write that part of docs/scores.md is written again. Exit code 0 where there is
// none, 1 where there are, 3 where tshark or the collection is missing.
import { relative } from 'node:path';
import { analyze } from '../src/engine/analysis.ts';
import type { Asset } from '../src/facts/asset.ts';
import { tsharkFrames, tsharkVersion } from './agree/tshark.ts';
import { IDENTITY_FILTER, IDENTITY_LAYERS, shownIn, type Shown } from './identities-shown.ts';
import { REAL_CAPTURES, realCaptures } from './real-captures.ts';
import { writeScore } from './score-judging.ts';

/** Where a value that tshark shows stands in the asset. */
type Place = 'field' | 'evidence' | 'missing' | 'no asset';
const PLACES: readonly Place[] = ['field', 'evidence', 'missing', 'no asset'];

const words = process.argv.slice(2);
process.exitCode = await main(
  words.filter((word) => word !== '--write'),
  words.includes('--write'),
);

async function main(paths: readonly string[], isWritten: boolean): Promise<number> {
  const version = tsharkVersion();
  const captures = paths.length > 0 ? paths : realCaptures();
  if (version === null || captures.length === 0) {
    console.error('score:identities: there is no tshark, or no capture, here; nothing was compared');
    return 3;
  }
  const counts = new Map<string, Map<Place, number>>();
  const differences: string[] = [];
  let carrying = 0;
  for (const path of captures) {
    const shown = await shownBy(path);
    if (shown.length === 0) continue;
    const assets = await assetsOf(path);
    if (assets === null) continue;
    carrying++;
    for (const one of shown) {
      const place = placeOf(one, assets);
      const key = `${one.protocol} | ${one.attribute}`;
      const row = counts.get(key) ?? new Map<Place, number>();
      counts.set(key, row.set(place, (row.get(place) ?? 0) + 1));
      if (place === 'missing' || place === 'no asset') differences.push(described(path, one, place, assets));
    }
  }
  const lines = [
    `${captures.length} captures, of which ${carrying} show an identity, against ${version}`,
    '',
    `| protocol | attribute | shown | ${PLACES.join(' | ')} |`,
    `| --- | --- | ${['', ...PLACES].map(() => '---').join(' | ')} |`,
    ...[...counts]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, row]) => {
        const sum = [...row.values()].reduce((total, count) => total + count, 0);
        return `| ${key} | ${sum} | ${PLACES.map((place) => row.get(place) ?? 0).join(' | ')} |`;
      }),
    '',
    ...(differences.length === 0 ? ['No difference.'] : differences),
  ].join('\n');
  console.log(lines);
  if (isWritten) await writeScore('score:identities', lines);
  return differences.length === 0 ? 0 : 1;
}

/** Each (address, attribute, value) once. */
async function shownBy(path: string): Promise<Shown[]> {
  const shown = new Map<string, Shown>();
  for await (const frame of tsharkFrames(path, IDENTITY_FILTER, IDENTITY_LAYERS, [])) {
    for (const one of shownIn(frame)) shown.set(JSON.stringify(one), one);
  }
  return [...shown.values()];
}

async function assetsOf(path: string): Promise<readonly Asset[] | null> {
  try {
    return (await analyze({ paths: [path] })).assets;
  } catch (error) {
    console.error(`score:identities: ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function ownersOf({ addresses }: Shown, assets: readonly Asset[]): Asset[] {
  return assets.filter(({ ip, mac }) => addresses.some((address) => ip.includes(address) || mac.includes(address)));
}

function placeOf(shown: Shown, assets: readonly Asset[]): Place {
  const owners = ownersOf(shown, assets);
  if (owners.length === 0) return 'no asset';
  const wanted = comparable(shown.value);
  const isIn = (value: string | null): boolean => value !== null && comparable(value) === wanted;
  const field = shown.attribute === 'product-code' ? 'model' : shown.attribute;
  const inField = owners.some((asset) => isIn((asset as unknown as Record<string, string | null>)[field] ?? null));
  if (inField) return 'field';
  const isAny = shown.attribute === 'application';
  const isInEvidence = owners.some(({ evidence }) =>
    evidence.some(({ attribute, value }) => {
      if (isAny) return comparable(shown.value).includes(comparable(value)) || isIn(value);
      return (attribute === shown.attribute || attribute === field) && isIn(value);
    }),
  );
  return isInEvidence ? 'evidence' : 'missing';
}

/** Letters and digits, without leading zeros. */
function comparable(value: string): string {
  return value
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replace(/^0+(?=.)/, '');
}

function described(path: string, shown: Shown, place: Place, assets: readonly Asset[]): string {
  const { protocol, addresses, attribute, value } = shown;
  const field = attribute === 'product-code' ? 'model' : attribute;
  const have = ownersOf(shown, assets)
    .map((asset) => (asset as unknown as Record<string, string | null>)[field] ?? 'nothing')
    .join(', ');
  return `- ${relative(REAL_CAPTURES, path)}: ${protocol} shows ${attribute} ${JSON.stringify(value)} of ${addresses.join(' ')}; ${place === 'missing' ? `we have ${have}` : place}`;
}
