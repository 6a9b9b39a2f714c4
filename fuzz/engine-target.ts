// Whole captures through the whole analysis, each by an engine of its own; what comes out must hold together.
import { readFileSync } from 'node:fs';
import { readerForBytes } from '../src/capture/open.ts';
import { analyze, type AnalysisResult } from '../src/engine/analysis.ts';
import type { AlertParty } from '../src/facts/alert.ts';
import { fileOf, frameOf } from '../src/facts/frame-reference.ts';
import { modules } from '../src/modules/index.ts';
import { protocols } from '../src/protocols/index.ts';
import { CheckedSink } from './checked-sink.ts';
import { captureFiles, frameSeeds, framesOf, pcapOf } from './corpus.ts';
import { mixed, type Target } from './target.ts';

const FILE_BYTES_MAX = 32 * 1024;
const FILES_MAX = 300;
const FRAMES_MAX = 120;

export const engine: Target = {
  name: 'engine',
  summary: 'a capture through the whole analysis',
  bytesMax: FILE_BYTES_MAX,
  seeds,
  open: () => run,
};

function seeds(): Uint8Array[] {
  const files = captureFiles(FILE_BYTES_MAX, FILES_MAX).map((path) => new Uint8Array(readFileSync(path)));
  // The beginning of larger ones, where conversations of our protocols are.
  const larger = captureFiles(1_000_000, FILES_MAX).map((path) => framesOf(path, FRAMES_MAX));
  const cut = larger.filter((frames) => frames.length > 0).map((frames) => pcapOf(frames, frames[0]!.linkType));
  return [pcapOf(frameSeeds(0)), ...files, ...cut.filter((bytes) => bytes.length <= FILE_BYTES_MAX)];
}

async function run(input: Uint8Array): Promise<number[]> {
  const sink = new CheckedSink();
  const source = readerForBytes(input);
  const result = await analyze({ paths: [], wrapSource: () => source, facts: () => sink });
  if (sink.problems.length > 0) throw new Error(`fact not well-formed: ${sink.problems.join('; ')}`);
  if (result.stats.decoderFaults > 0) throw new Error('a decoder threw');
  assertConsistent(result);
  return [...result.alerts.map((alert) => alert.kind), ...Object.keys(result.stats.violations)].map(numberOf);
}

function numberOf(text: string): number {
  let number = 0;
  for (let at = 0; at < text.length; at++) number = mixed(number, text.charCodeAt(at));
  return number;
}

const KINDS = new Set(modules.flatMap((module) => module.meta.kinds.map((kind) => kind.kind)));

function assertConsistent(result: AnalysisResult): void {
  JSON.stringify([result.alerts, result.assets, result.stats, result.files, result.protocols]);
  const assetIds = new Set(result.assets.map((asset) => asset.id));
  if (assetIds.size !== result.assets.length) throw new Error('two assets have one id');
  if (result.protocols.length !== protocols.length) throw new Error('a protocol is not counted');
  const alertIds = new Set(result.alerts.map((alert) => alert.id));
  if (alertIds.size !== result.alerts.length) throw new Error('two alerts have one id');
  const frames = result.files.reduce((sum, file) => sum + file.frames, 0);
  for (const alert of result.alerts) {
    if (!KINDS.has(alert.kind)) throw new Error(`no module has the kind ${alert.kind}`);
    for (const party of [alert.subject, alert.peer]) {
      if (party === null || assetIds.has(party.asset) || isNoDevice(party)) continue;
      throw new Error(`${alert.kind}: ${party.ip ?? party.mac} is no asset`);
    }
    if (alert.lastUs < alert.firstUs || alert.count < 1) throw new Error(`${alert.kind}: ends before it begins`);
    for (const reference of alert.frames) {
      if (fileOf(reference) !== 0 || frameOf(reference) < 1 || frameOf(reference) > frames) {
        throw new Error(`${alert.kind}: frame ${frameOf(reference)} of ${frames}`);
      }
    }
  }
}

/** What is said to everybody is said to an address that no device has, and so is what nobody's address says. */
function isNoDevice({ ip, mac }: AlertParty): boolean {
  if (ip === null) return (Number.parseInt((mac ?? '').slice(0, 2), 16) & 1) === 1 || mac === '00:00:00:00:00:00';
  if (ip.includes(':')) return ip.startsWith('ff') || ip === '::';
  const octets = ip.split('.').map(Number);
  return ip === '0.0.0.0' || octets[0]! >= 224 || octets[3] === 255;
}
