// Runs the way of the data up to one stage over a capture, in a process of its own, and prints what it took as JSON.
// usage: node bench/stage.ts capture|decode|flow|protocols|analysis FILE
import type { FrameBatch } from '../src/capture/frames.ts';
import { openCapture } from '../src/capture/open.ts';
import { analyze } from '../src/engine/analysis.ts';
import { Pipeline } from '../src/engine/pipeline.ts';
import type { FactSink } from '../src/facts/facts.ts';
import { HostTable } from '../src/flow/hosts.ts';
import { decodeFrame } from '../src/packet/decode.ts';
import { Packet } from '../src/packet/packet.ts';
import { protocols } from '../src/protocols/index.ts';

export const STAGES = ['capture', 'decode', 'flow', 'protocols', 'analysis'] as const;
export type StageName = (typeof STAGES)[number];

export interface StageReport {
  readonly frames: number;
  readonly bytes: number;
  /** First to last packet. */
  readonly capturedSeconds: number;
  /** Without the start of the process. */
  readonly seconds: number;
  readonly peakRssBytes: number;
  /** What was found, so that nothing is left out unseen. */
  readonly found: Readonly<Record<string, number>>;
}

function decodeBatch(packet: Packet, batch: FrameBatch): void {
  const { bytes, offset, capturedLength, originalLength, linkType } = batch;
  for (let index = 0; index < batch.count; index++) {
    const start = offset[index]!;
    decodeFrame(packet, bytes, start, start + capturedLength[index]!, originalLength[index]!, linkType[index]!);
  }
}

const NOBODY: FactSink = {
  operation: () => undefined,
  conversation: () => undefined,
  login: () => undefined,
  transfer: () => undefined,
  claim: () => undefined,
  violation: () => undefined,
  trait: () => undefined,
};

interface Counts {
  frames: number;
  bytes: number;
  capturedSeconds: number;
  found: Record<string, number>;
}

/** Frames up to the stage `each` stands for. */
async function readFrames(path: string, each: (batch: FrameBatch) => void): Promise<Counts> {
  const source = await openCapture([path]);
  for (;;) {
    const next = source.next();
    const batch = next instanceof Promise ? await next : next;
    if (batch === null) break;
    each(batch);
  }
  source.close();
  const [file] = source.files;
  const capturedSeconds = (file!.lastUs - file!.firstUs) / 1e6;
  return { frames: file!.frames, bytes: file!.bytes, capturedSeconds, found: {} };
}

async function runStage(stage: StageName, path: string): Promise<Counts> {
  if (stage === 'capture') return readFrames(path, () => undefined);
  if (stage === 'decode') {
    const packet = new Packet();
    return readFrames(path, (batch) => decodeBatch(packet, batch));
  }
  if (stage === 'flow') {
    // Conversations and streams, with nobody to recognise a protocol.
    const pipeline = new Pipeline(NOBODY, { tick: () => undefined }, [], new HostTable());
    const counts = await readFrames(path, (batch) => pipeline.batch(batch));
    pipeline.end();
    return { ...counts, found: { conversations: pipeline.flows.opened } };
  }
  if (stage === 'protocols') {
    // Every message decoded into facts that nobody hears: what a program does that decodes and judges nothing.
    const pipeline = new Pipeline(NOBODY, { tick: () => undefined }, protocols, new HostTable());
    const counts = await readFrames(path, (batch) => pipeline.batch(batch));
    pipeline.end();
    const { messages } = pipeline.flows.reader;
    return { ...counts, found: { messages: messages.reduce((sum, count) => sum + count, 0) } };
  }
  const { files, alerts, assets, conversationCount, protocols: counted, stats } = await analyze({ paths: [path] });
  const sum = (pick: (protocol: (typeof counted)[number]) => number): number =>
    counted.reduce((total, protocol) => total + pick(protocol), 0);
  return {
    frames: stats.frames,
    bytes: stats.bytes,
    capturedSeconds: (files[0]!.lastUs - files[0]!.firstUs) / 1e6,
    found: {
      conversations: conversationCount,
      messages: sum((protocol) => protocol.messages),
      operations: sum((protocol) => protocol.operations),
      assets: assets.length,
      alerts: alerts.length,
      gaps: stats.streamGaps,
    },
  };
}

async function main(): Promise<number> {
  const [stage, path] = process.argv.slice(2);
  if (path === undefined || !(STAGES as readonly (string | undefined)[]).includes(stage)) {
    console.error(`usage: node bench/stage.ts ${STAGES.join('|')} FILE`);
    return 2;
  }
  const startedMs = performance.now();
  const counts = await runStage(stage as StageName, path);
  const seconds = (performance.now() - startedMs) / 1000;
  const report: StageReport = { ...counts, seconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  console.log(JSON.stringify(report));
  return 0;
}

if (import.meta.main) process.exitCode = await main();
