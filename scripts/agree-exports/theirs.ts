// What tshark reads of a capture: the files that it exports, and, where something has to be explained, the messages that
// they came in and the bytes of a stream.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { tsharkFrames, type TsharkFrame } from '../agree/tshark.ts';
import { EXPORTED, carriedFile, type CarriedFile } from './files.ts';
import { endpointsKey } from './ours.ts';

const OUTPUT_BYTES_MAX = 512 * 1024 * 1024;
const PLAIN = /^eth:ethertype(?::vlan:ethertype)*:ip(?:v6)?:tcp(?::(?!ip)[^:]+)*$/;
const IN_ORDER = ['-o', 'tcp.reassemble_out_of_order:TRUE'];

/** A message of HTTP with a body, as tshark shows it. */
export interface TheirMessage {
  readonly frame: number;
  /** Of what is exported: the body, its coding taken off; '' of a frame that tshark shows as no HTTP. */
  readonly sha1: string;
  /** It begins with a request line or a status line. */
  readonly hasHead: boolean;
  /** Different values of Content-Length in its head. */
  readonly lengths: number;
  /** See `endpointsKey`; of the innermost addresses. */
  readonly key: string;
  /** Its frame is nothing but Ethernet, VLAN tags, IP and TCP below it. */
  readonly isPlain: boolean;
}

export function exportedFiles(path: string, options: readonly string[] = []): CarriedFile[] {
  return withFolder((folder) => {
    const kinds = Object.entries(EXPORTED).flatMap(([name, kind]) => [
      '--export-objects',
      `${kind},${join(folder, name)}`,
    ]);
    spawnSync('tshark', ['-q', '-n', ...options, '-r', path, ...kinds], { maxBuffer: OUTPUT_BYTES_MAX });
    return Object.keys(EXPORTED).flatMap((protocol) => filesIn(protocol, join(folder, protocol)));
  });
}

/** The same with what Teredo carries, which tshark opens only when told to. */
export function exportedOfTunnels(path: string): CarriedFile[] {
  return exportedFiles(path, ['--enable-heuristic', 'teredo_udp']);
}

/** The same with the frames in the order of their times, and the segments of TCP in the order of their numbers. */
export function exportedInOrder(path: string): CarriedFile[] {
  return withFolder((folder) => {
    const ordered = join(folder, 'ordered.pcap');
    return spawnSync('reordercap', [path, ordered]).status === 0 ? exportedFiles(ordered, IN_ORDER) : [];
  });
}

function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'exported-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function filesIn(protocol: string, folder: string): CarriedFile[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return names
    .map((name) => carriedFile(protocol, name, readFileSync(join(folder, name))))
    .filter(({ bytes }) => bytes.length > 0);
}

/**
 * Those that tshark shows as HTTP or SSDP. A body without a name is exported as `object` and the number of its frame, some
 * of them from segments that tshark does not even show as HTTP.
 */
export function httpMessages(path: string, exported: readonly CarriedFile[]): TheirMessage[] {
  const named = exported.flatMap(({ name }) => /^object(\d+)$/.exec(name)?.[1] ?? []);
  const filter = ['http', 'ssdp', ...named.map((frame) => `frame.number == ${frame}`)].join(' or ');
  const layers = ['frame', 'ip', 'ipv6', 'tcp', 'udp', 'http', 'ssdp'];
  const options = ['-r', path, '-Y', filter, '-T', 'json', '-x', '--no-duplicate-keys', '-j', layers.join(' ')];
  const text = tshark(options);
  const frames = text === '' ? [] : (JSON.parse(text) as ShownFrame[]);
  return frames.flatMap(({ _source: { layers: shownLayers } }) => {
    const last = (...names: string[]): string => valuesIn(shownLayers, names).at(-1) ?? '';
    const address = (side: string): string => last(`ip.${side}`, `ipv6.${side}`);
    const port = (side: string): number => Number(last(`tcp.${side}port`, `udp.${side}port`));
    const conversation = {
      frame: Number(last('frame.number')),
      key: endpointsKey(address('src'), port('src'), address('dst'), port('dst')),
      isPlain: PLAIN.test(last('frame.protocols')),
    };
    const shownAs = [shownLayers['http'], shownLayers['ssdp']].flat().filter((layer) => layer !== undefined);
    if (shownAs.length === 0) return [{ ...conversation, sha1: '', hasHead: false, lengths: 0 }];
    return shownAs.map((layer): TheirMessage => {
      const hasHead = valuesIn(layer, ['http.request.method', 'http.response.code']).length > 0;
      const lengths = new Set(valuesIn(layer, ['http.content_length_header'])).size;
      // Of bytes tshark gives five values, the first of them in hexadecimal.
      const [body = ''] = valuesIn(layer, ['http.file_data_raw']);
      const sha1 = createHash('sha1').update(Buffer.from(body, 'hex')).digest('hex');
      return { ...conversation, sha1, hasHead, lengths };
    });
  });
}

interface ShownFrame {
  readonly _source: { readonly layers: Readonly<Record<string, unknown>> };
}

/** The values of these fields, wherever they stand in what tshark shows, in their order. */
function valuesIn(shownTree: unknown, names: readonly string[]): string[] {
  if (typeof shownTree !== 'object' || shownTree === null) return [];
  return Object.entries(shownTree).flatMap(([key, value]: [string, unknown]) =>
    names.includes(key) ? [value].flat(Infinity).map(String) : valuesIn(value, names),
  );
}

/** What each stream of HTTP/2 in a capture carries, by direction. */
export async function http2Bodies(path: string): Promise<Buffer[]> {
  const bodies = new Map<string, Buffer[]>();
  for await (const frame of tsharkFrames(path, 'http2', ['tcp', 'http2'], [])) {
    const connection = `${shown(frame, 'tcp', 'tcp.stream').at(-1)} ${frame.sourcePort}`;
    let stream = '';
    for (const { name, show, value } of frame.layers
      .filter((layer) => layer.name === 'http2')
      .flatMap((l) => l.fields)) {
      if (name === 'http2.streamid') stream = show;
      if (name !== 'http2.data.data') continue;
      const key = `${connection} ${stream}`;
      bodies.set(key, [...(bodies.get(key) ?? []), Buffer.from(value, 'hex')]);
    }
  }
  return [...bodies.values()].map((pieces) => Buffer.concat(pieces));
}

function shown({ layers }: TsharkFrame, layer: string, name: string): string[] {
  return layers
    .filter((each) => each.name === layer)
    .flatMap(({ fields }) => fields.filter((field) => field.name === name).map(({ show }) => show));
}

/** What tshark writes in the place of bytes that it does not have. */
const HOLE = /\[\d+ bytes missing in capture file\]\.?\0*/g;

/** Both directions of the TCP stream that a frame belongs to, what is missing left out; empty where there is none. */
export function streamOf(path: string, frame: number): readonly Buffer[] {
  const options = ['-r', path, '-Y', `frame.number == ${frame}`, '-T', 'fields', '-e', 'tcp.stream'];
  const stream = tshark(options).trim();
  if (!/^\d+$/.test(stream)) return [];
  const lines = tshark(['-q', '-r', path, '-z', `follow,tcp,raw,${stream}`]).split('\n');
  const said = (isSecond: boolean): Buffer =>
    Buffer.concat(
      lines
        .filter((line) => /^\t?[0-9a-f]+$/.test(line) && line.startsWith('\t') === isSecond)
        .map((line) => Buffer.from(line.trim(), 'hex')),
    );
  return [said(false), said(true)].map((side) => Buffer.from(side.toString('latin1').replace(HOLE, ''), 'latin1'));
}

/** Names that are opened on the share of the named pipes, without their first backslash. */
export function pipeNames(path: string): ReadonlySet<string> {
  const fields = ['smb2.filename', 'smb2.tree', 'smb.file', 'smb.path'].flatMap((name) => ['-e', name]);
  const lines = tshark(['-2', '-r', path, '-Y', 'smb2.filename or smb.file', '-T', 'fields', ...fields]).split('\n');
  return new Set(
    lines.flatMap((line) => {
      const [name2 = '', tree2 = '', name1 = '', tree1 = ''] = line.split('\t');
      const [name, tree] = name2 === '' ? [name1, tree1] : [name2, tree2];
      return /\\IPC\$$/i.test(tree) ? [name.replace(/^\\/, '')] : [];
    }),
  );
}

function tshark(options: readonly string[]): string {
  return spawnSync('tshark', ['-n', ...options], { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX }).stdout;
}
