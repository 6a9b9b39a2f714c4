// What a protocol needs for the comparison with tshark: one file each, and one line in main.ts.
import type { MessageContext, Protocol } from '../../src/facts/protocol.ts';
import type { Operation } from '../../src/facts/operation.ts';
import type { Reading } from './compare.ts';
import type { TsharkFrame } from './tshark.ts';

/** Hears our decoder on one capture. */
export interface OurReader {
  /** A whole frame, before it is decoded. */
  message(protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void;
  operation(operation: Operation, protocol: Protocol): void;
  readings(): Reading[];
  /** Server ports on which we found the protocols; tshark has to be told those it would not look at. */
  readonly serverPorts: ReadonlyMap<number, string>;
}

export interface Mapping {
  /** Names of our protocols. */
  readonly protocols: readonly string[];
  /** tshark's names of the layers it needs, and its filter for the frames that have them. */
  readonly layers: readonly string[];
  readonly displayFilter: string;
  /** tshark's preferences that make it look at these ports as well. */
  preferences(serverPorts: ReadonlyMap<number, string>): string[];
  theirs(frame: TsharkFrame, serverPorts: ReadonlyMap<number, string>): Reading[];
  ours(): OurReader;
}
