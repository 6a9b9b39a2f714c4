// `npm run score:transfers`: a file sent through every carrier, by real software where there is some, with none, 0.1 and
// 1 % of the packets lost at the tap: is it carved byte for byte, and is what is missing marked? Exit code 0; 1 where
// something wrong is told as right; carriers whose software is missing (Linux, root) are named. With `--captures`: what is
// told of the transfers in the real captures instead; 3 where these are missing. `--only TEXT`: carriers so named.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT } from './built.ts';
import { carve, type Carved } from './carving.ts';
import { scoreReal } from './real.ts';
import { RECORDED, missingPrograms, record } from './recorded.ts';

const FILE_BYTES = 200_000;
/** Captures with loss are made so often, each with other packets lost. */
const SEEDS = 20;
const RATES = [0, 0.001, 0.01] as const;

/** Bytes that do not repeat, beginning like an image of U-Boot. */
function imageBytes(size: number): Uint8Array {
  const image = new Uint8Array(size);
  let state = 20_261_127;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    image[at] = state;
  }
  image.set([0x27, 0x05, 0x19, 0x56]);
  return image;
}

/** `--only TEXT`: carriers with this in their name. */
function isWanted(name: string): boolean {
  const at = process.argv.indexOf('--only');
  return at < 0 || name.includes(process.argv[at + 1] ?? '');
}

interface Row {
  readonly carrier: string;
  readonly by: string;
  readonly packets: number;
  readonly runs: ReadonlyMap<number, readonly Carved[]>;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'transfers-'));
  const absent: string[] = [];
  const rows: Row[] = [];
  try {
    for (const recorded of RECORDED.filter(({ name }) => isWanted(name))) {
      const missing = missingPrograms(recorded);
      if (missing.length > 0 || process.getuid?.() !== 0) {
        absent.push(`${recorded.name}: ${missing.length > 0 ? `${missing.join(', ')} not there` : 'needs root'}`);
        continue;
      }
      const home = join(folder, recorded.name.replaceAll(/[^\w.]+/g, '-'));
      mkdirSync(home, { mode: 0o755 });
      const file = imageBytes(FILE_BYTES);
      writeFileSync(join(home, 'firmware.img'), file);
      const capture = readFileSync(record(recorded, home));
      rows.push(await scored(recorded.name, recorded.software, capture, file, home));
    }
    for (const built of BUILT.filter(({ name }) => isWanted(name))) {
      const file = imageBytes(Math.min(FILE_BYTES, built.bytesMax));
      rows.push(await scored(built.name, 'built', Buffer.from(built.build(file)), file, folder));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(rows, absent);
  return rows.some(({ runs }) => [...runs.values()].flat().some(({ verdict }) => verdict === 'wrong')) ? 1 : 0;
}

async function scored(carrier: string, by: string, capture: Buffer, file: Uint8Array, folder: string): Promise<Row> {
  const runs = new Map<number, Carved[]>();
  for (const rate of RATES) {
    const carved: Carved[] = [];
    for (let seed = 1; seed <= (rate === 0 ? 1 : SEEDS); seed++) {
      carved.push(await carve(capture, file, rate, seed, join(folder, 'lossy.pcap')));
    }
    runs.set(rate, carved);
  }
  return { carrier, by, packets: packetCount(capture), runs };
}

function packetCount(capture: Buffer): number {
  const isLittle = capture[0] === 0xd4;
  let count = 0;
  for (let at = 24; at + 16 <= capture.length; count++) {
    at += 16 + (isLittle ? capture.readUInt32LE(at + 8) : capture.readUInt32BE(at + 8));
  }
  return count;
}

function print(rows: readonly Row[], absent: readonly string[]): void {
  console.log(
    '| carrier | sent by | packets | lost at the tap | captures | packets lost | bytes of the file on them | bytes carved | byte-exact | byte-exact, end not told | gaps marked | wrong | not found |',
  );
  console.log(`|${' --- |'.repeat(13)}`);
  const problems: string[] = [];
  for (const { carrier, by, packets, runs } of rows) {
    for (const [rate, carved] of runs) {
      const sum = (of: (one: Carved) => number): number => carved.reduce((total, one) => total + of(one), 0);
      const count = (verdict: Carved['verdict']): number => carved.filter((one) => one.verdict === verdict).length;
      const cells = [carrier, by, packets, `${rate * 100} %`, carved.length, sum((one) => one.lostFrames)];
      cells.push(
        sum((one) => one.lostBytes),
        sum((one) => one.carvedBytes),
        count('exact'),
        count('open'),
        count('marked'),
        count('wrong'),
      );
      console.log(`| ${[...cells, count('not found')].join(' | ')} |`);
      for (const { problem } of carved.filter((one) => one.problem !== '').slice(0, 2)) {
        problems.push(`${carrier}, ${rate * 100} %: ${problem}`);
      }
    }
  }
  if (problems.length > 0) console.log(`\nWrong:\n\n- ${problems.join('\n- ')}`);
  if (absent.length > 0) console.log(`\nNot had here:\n\n- ${absent.join('\n- ')}`);
}

process.exitCode = process.argv.includes('--captures') ? await scoreReal() : await main();
