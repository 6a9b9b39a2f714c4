// Messages built byte for byte for the tests, and a sink that keeps what is said. No part of the program.
import type { FactSink } from '../../facts/facts.ts';
import { emptyOperation } from '../../facts/operation.ts';
import { NO_HOSTS, type HostNaming, type MessageContext, type Protocol } from '../../facts/protocol.ts';

export function name(text: string): number[] {
  const bytes: number[] = [];
  for (const label of text.split('.')) if (label !== '') bytes.push(label.length, ...Buffer.from(label, 'latin1'));
  return [...bytes, 0];
}

export function netbios(text: string, suffix: number): number[] {
  const plain = [...Buffer.from(text.padEnd(15, ' '), 'latin1'), suffix];
  return [32, ...plain.flatMap((byte) => [0x41 + (byte >> 4), 0x41 + (byte & 15)]), 0];
}

export function question(owner: number[], type: number): number[] {
  return [...owner, 0, type, 0, 1];
}

export function record(owner: number[], type: number, data: number[]): number[] {
  return [...owner, 0, type, 0, 1, 0, 0, 0, 120, data.length >> 8, data.length & 255, ...data];
}

/** Counts: questions, answers, authority, additional. */
export function message(flags: number, counts: readonly number[], ...parts: number[][]): Uint8Array {
  return Uint8Array.from([
    0x12,
    0x34,
    flags >> 8,
    flags & 255,
    ...counts.flatMap((count) => [0, count]),
    ...parts.flat(),
  ]);
}

/** 192.0.2.x is host x. */
export const DOCUMENTATION_HOSTS: HostNaming = {
  ...NO_HOSTS,
  ofIpv4: (bytes, at) => (bytes[at] === 192 && bytes[at + 1] === 0 && bytes[at + 2] === 2 ? bytes[at + 3]! : 0),
};

/** What is said of messages in one conversation from host 1 to host 2: `1 name press.local (mdns A, 0.9)`. */
export function said(
  protocol: Protocol,
  messages: readonly Uint8Array[],
  change: Partial<MessageContext> = {},
): string[] {
  const told: string[] = [];
  const refuse = (): never => assertNever();
  const sink: FactSink = {
    operation: refuse,
    conversation: refuse,
    login: refuse,
    transfer: refuse,
    claim: (claim) => told.push(`${claim.host} ${claim.attribute} ${claim.value} (${claim.source}, ${claim.trust})`),
    violation: (violation) => told.push(`${violation.rule} at ${violation.offset}`),
    trait: (trait) => told.push(`${trait.host} ${trait.trait} ${trait.value}`),
  };
  const context: MessageContext = {
    timeUs: 1,
    frame: 1,
    flow: 1,
    client: 1,
    server: 2,
    clientPort: 40000,
    serverPort: protocol.ports[0]!,
    fromClient: true,
    isTcp: false,
    operation: emptyOperation(),
    sink,
    hosts: DOCUMENTATION_HOSTS,
    ...change,
  };
  const decoder = protocol.start(0);
  for (const bytes of messages) decoder.decode(bytes, 0, bytes.length, context);
  return told;
}

function assertNever(): never {
  throw new Error('only claims, traits and violations are handed over');
}
