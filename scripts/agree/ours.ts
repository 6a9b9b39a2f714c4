// Runs the real pipeline over a capture and lets a reader hear the frames of its protocols and the operations.
import type { Protocol, ProtocolDecoder } from '../../src/facts/protocol.ts';
import { protocols } from '../../src/protocols/index.ts';
import { deafSink, readFacts } from '../real-captures.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';

export interface OurResult {
  readonly readings: Reading[];
  readonly serverPorts: ReadonlyMap<number, string>;
  /** By `protocol/rule`. */
  readonly violations: Map<string, number>;
}

export async function ourReadings(path: string, mapping: Mapping): Promise<OurResult> {
  const reader = mapping.ours();
  const violations = new Map<string, number>();
  const sink = deafSink({
    operation(operation) {
      const protocol = protocols[operation.protocol];
      if (protocol !== undefined && mapping.protocols.includes(protocol.name)) reader.operation(operation, protocol);
    },
    violation({ protocol, rule }) {
      const key = `${protocol}/${rule}`;
      violations.set(key, (violations.get(key) ?? 0) + 1);
    },
  });
  const heard = protocols.map((protocol) =>
    mapping.protocols.includes(protocol.name) ? listened(protocol, reader) : protocol,
  );
  await readFacts(path, sink, heard);
  return { readings: reader.readings(), serverPorts: reader.serverPorts, violations };
}

/** The same protocol, whose every frame the reader hears first. */
function listened(protocol: Protocol, reader: OurReader): Protocol {
  return { ...protocol, start: (index) => new ListenedDecoder(protocol, protocol.start(index), reader) };
}

class ListenedDecoder implements ProtocolDecoder {
  readonly #protocol: Protocol;
  readonly #decoder: ProtocolDecoder;
  readonly #reader: OurReader;

  constructor(protocol: Protocol, decoder: ProtocolDecoder, reader: OurReader) {
    this.#protocol = protocol;
    this.#decoder = decoder;
    this.#reader = reader;
  }

  looksLike(...[bytes, start, end]: Parameters<ProtocolDecoder['looksLike']>): number {
    return this.#decoder.looksLike(bytes, start, end);
  }

  speaker(...[bytes, start, end]: Parameters<ProtocolDecoder['speaker']>): number {
    return this.#decoder.speaker(bytes, start, end);
  }

  frameSize(...[bytes, start, end, context]: Parameters<ProtocolDecoder['frameSize']>): number {
    return this.#decoder.frameSize(bytes, start, end, context);
  }

  decode(...[bytes, start, end, context]: Parameters<ProtocolDecoder['decode']>): void {
    this.#reader.message(this.#protocol.name, bytes, start, end, context);
    this.#decoder.decode(bytes, start, end, context);
  }

  gap(...[flow, fromClient, context]: Parameters<ProtocolDecoder['gap']>): void {
    this.#decoder.gap(flow, fromClient, context);
  }

  closed(...[flow, context]: Parameters<ProtocolDecoder['closed']>): void {
    this.#decoder.closed(flow, context);
  }

  tick(...[timeUs, context]: Parameters<ProtocolDecoder['tick']>): void {
    this.#decoder.tick(timeUs, context);
  }
}
