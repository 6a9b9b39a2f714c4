// Runs tshark over a capture and gives the layers and fields it dissected, frame by frame, in their order.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface TsharkField {
  readonly name: string;
  readonly show: string;
  /** Bytes in hexadecimal, '' where tshark computed the field. */
  readonly value: string;
}

export interface TsharkLayer {
  readonly name: string;
  readonly fields: TsharkField[];
}

export interface TsharkFrame {
  readonly number: number;
  /** Of the last transport layer, -1 without. */
  sourcePort: number;
  destinationPort: number;
  readonly layers: TsharkLayer[];
}

/** `TShark (Wireshark) 4.0.17`, or null where there is none. */
export function tsharkVersion(): string | null {
  const { status, stdout } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? 'tshark') : null;
}

/**
 * For a second reading, of the segments that the first leaves out: with them tshark takes no segment for a retransmission
 * of bytes that it has shown, and reads each as it comes.
 */
export const EACH_SEGMENT: readonly string[] = ['tcp.analyze_sequence_numbers:FALSE'];

/** Two passes, so that a message is shown in the frame in which it ends, and streams are put together. */
export async function* tsharkFrames(
  path: string,
  displayFilter: string,
  layers: readonly string[],
  preferences: readonly string[],
): AsyncGenerator<TsharkFrame> {
  const options = preferences.flatMap((preference) => ['-o', preference]);
  const output = ['-Y', displayFilter, '-T', 'pdml', '-J', layers.join(' ')];
  const child = spawn('tshark', ['-n', '-2', '-r', path, ...options, ...output], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const isWanted = new Set(layers);
  let frame: TsharkFrame | null = null;
  let layer: TsharkLayer | null = null;
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
    if (line.startsWith('<packet>')) frame = null;
    else if (line.startsWith('</packet>')) {
      if (frame !== null) yield frame;
    } else if (line.includes('<field name="num"')) {
      frame = { number: Number(attribute(line, 'show')), sourcePort: -1, destinationPort: -1, layers: [] };
    } else if (frame !== null && line.includes('<proto name=')) {
      const name = attribute(line, 'name');
      if (name === 'tcp' || name === 'udp') {
        frame.sourcePort = port(line, 'Src');
        frame.destinationPort = port(line, 'Dst');
      }
      layer = isWanted.has(name) ? { name, fields: [] } : null;
      if (layer !== null) frame.layers.push(layer);
    } else if (layer !== null && line.includes('<field name=')) {
      layer.fields.push({
        name: attribute(line, 'name'),
        show: attribute(line, 'show'),
        value: attribute(line, 'value'),
      });
    }
  }
}

/** Names of all layers that tshark sees in a capture. */
export async function layersIn(path: string): Promise<Set<string>> {
  const child = spawn('tshark', ['-n', '-r', path, '-T', 'fields', '-e', 'frame.protocols'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const stacks = new Set<string>();
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) stacks.add(line);
  return new Set([...stacks].flatMap((stack) => stack.split(':')));
}

export function fieldOf(layer: TsharkLayer | undefined, name: string): string | undefined {
  return layer?.fields.find((field) => field.name === name)?.show;
}

export function fieldsOf(layer: TsharkLayer, name: string): TsharkField[] {
  return layer.fields.filter((field) => field.name === name);
}

function attribute(line: string, name: string): string {
  const from = line.indexOf(` ${name}="`);
  if (from < 0) return '';
  const start = from + name.length + 3;
  return line.slice(start, line.indexOf('"', start));
}

function port(line: string, side: 'Src' | 'Dst'): number {
  return Number(new RegExp(`${side} Port: (\\d+)`).exec(line)?.[1] ?? -1);
}
