// The messages that tshark shows in a capture, and of each frame what explains why it is shown as it is.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDENTIFICATION, NEW_KEYS } from '../../src/protocols/ssh/kinds.ts';
import type { Fields } from '../agree-facts/row.ts';
import type { StrangePorts } from '../agree-facts/tshark-ports.ts';
import type { Message } from './compare.ts';
import type { MessageRow } from './row.ts';

/** Between the values of a field: in no text that is shown. */
const SEPARATOR = '\x1f';
const REFUSED = /isn't valid|aren't valid|not a valid|unexpected/;
const OUTPUT_BYTES_MAX = 1 << 29;
/** Of each frame, beside what the rows ask for. */
const OF_FRAMES = [
  'frame.number',
  'frame.protocols',
  'frame.len',
  'frame.cap_len',
  'frame.encap_type',
  '_ws.short',
  'vlan.id',
  'ip.flags.mf',
  'ip.frag_offset',
  'gre.proto',
  'dhcp.cookie',
  'arp.hw.size',
  'arp.proto.size',
  'lldp.chassis.subtype',
  'tcp.analysis.fast_retransmission',
  'tcp.analysis.keep_alive',
  'ip.proto',
  'ip.len',
  'imap.line',
  'udp.length',
  '_ws.malformed',
  'tcp.segment',
  'tcp.reassembled_in',
  'tcp.analysis.retransmission',
  'tcp.analysis.spurious_retransmission',
  'tcp.analysis.out_of_order',
  'tcp.analysis.lost_segment',
  'tcp.stream',
  'tcp.flags.syn',
  'tcp.len',
  'udp.srcport',
  'udp.dstport',
  'tcp.srcport',
  'tcp.dstport',
] as const;
/** What is known of a frame by tshark's own word. */
export interface TheirFrame {
  readonly stack: readonly string[];
  readonly fields: Fields;
}

export interface TheirCapture {
  readonly messages: readonly Message[];
  readonly frames: ReadonlyMap<number, TheirFrame>;
  /** From which frames what this one shows was put together, itself included. */
  readonly framesOf: (frame: number) => ReadonlySet<number>;
}

export function theirMessages(
  path: string,
  rows: readonly MessageRow[],
  ports: StrangePorts,
  cache: string | undefined,
): TheirCapture {
  const names = [...new Set([...OF_FRAMES, ...rows.flatMap(({ fields }) => fields)])];
  const places = new Map(names.map((name, index) => [name, index]));
  const options = ['-n', '-2', '-r', path, ...ports.options()];
  const output = ['-T', 'fields', '-E', 'occurrence=a', '-E', `aggregator=${SEPARATOR}`];
  const text = shown([...options, ...output, ...names.flatMap((name) => ['-e', name])], cache);
  const messages: Message[] = [];
  const frames = new Map<number, TheirFrame>();
  const sealed = new SealedSsh();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const columns = line.split('\t');
    const fields: Fields = (name) => {
      const column = columns[places.get(name) ?? -1] ?? '';
      return column === '' ? [] : column.split(SEPARATOR).filter((value) => value !== '<MISSING>');
    };
    const frame = Number(fields('frame.number')[0]);
    const stack = (fields('frame.protocols')[0] ?? '').split(':');
    frames.set(frame, { stack, fields });
    const found = messagesIn(frame, stack, fields, rows);
    messages.push(...sealed.inClear(found, fields));
  }
  return {
    messages,
    frames,
    framesOf: (frame) => new Set((frames.get(frame)?.fields('tcp.segment') ?? []).map(Number)),
  };
}

/** Behind NEWKEYS a side of SSH is encrypted (RFC 4253 7.3): the numbers that tshark reads there are chance. */
class SealedSsh {
  readonly #sides = new Set<string>();

  inClear(messages: readonly Message[], fields: Fields): Message[] {
    const side = `${fields('tcp.stream')[0]} ${fields('tcp.srcport')[0]}`;
    return messages.filter(({ protocol, kind }) => {
      if (protocol !== 'ssh') return true;
      if (kind === IDENTIFICATION) this.#sides.delete(side);
      const isSealed = this.#sides.has(side);
      if (kind === NEW_KEYS) this.#sides.add(side);
      return !isSealed;
    });
  }
}

function messagesIn(frame: number, stack: readonly string[], fields: Fields, rows: readonly MessageRow[]): Message[] {
  // What an ICMP error quotes was not sent where it stands.
  const quoting = stack.findIndex((name, index) => /^icmp(?:v6)?$/.test(name) && /^ip/.test(stack[index + 1] ?? ''));
  const sent = quoting < 0 ? stack : stack.slice(0, quoting + 1);
  // `[Malformed Packet: SSH]`: of which layer it says so.
  const malformed = fields('_ws.malformed').join().toLowerCase();
  return rows
    .filter(({ layer }) => sent.includes(layer))
    .flatMap(({ protocol, layer, theirs }) => {
      const isDoubtful = malformed.includes(`: ${layer}]`);
      return theirs(fields, sent).map(([kind, detail]) => ({ frame, protocol, kind, detail, isDoubtful }));
    });
}

/** What tshark prints; kept in the folder `cache`, where one is named, for the next time it is asked the same. */
function shown(options: readonly string[], cache: string | undefined): string {
  const kept = cache === undefined ? '' : join(cache, createHash('sha1').update(options.join('\n')).digest('hex'));
  if (cache !== undefined && existsSync(kept)) return readFileSync(kept, 'utf8');
  const run = spawnSync('tshark', [...options], { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX });
  // Of a capture that is cut it shows what came before; of options that it does not know, nothing.
  if (REFUSED.test(run.stderr)) throw new Error(`tshark: ${run.stderr.trim()}`);
  if (cache !== undefined) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(kept, run.stdout);
  }
  return run.stdout;
}
