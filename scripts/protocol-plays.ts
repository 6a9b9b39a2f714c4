// Plays messages made by hand to a running decoder, for the tests of protocols, and shows what it told. No part of the program.
import assert from 'node:assert/strict';
import { CheckedSink, messageContext } from '../fuzz/checked-sink.ts';
import type { Claim, Login, Trait, Transfer, Violation } from '../src/facts/facts.ts';
import type { Protocol } from '../src/facts/protocol.ts';

type Told = Claim | Login | Trait | Transfer | Violation;
/** True: said by the client. */
export type Step = readonly [fromClient: boolean, bytes: string | Uint8Array];

/**
 * The facts of a conversation, a line each. Every step is a segment (or a datagram); bytes that are no whole frame wait
 * for the next of their side. `password`: what logins are tested with.
 */
export function play(protocol: Protocol, steps: readonly Step[], password = '', isTcp = true): string[] {
  const sink = new CheckedSink();
  const told: string[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact !== 'conversation') told.push(line(fact, password));
  };
  const decoder = protocol.start(0);
  const serverPort = protocol.ports[0] ?? 0;
  const waiting = [new Uint8Array(0), new Uint8Array(0)];
  let timeUs = 1_700_000_000_000_000;
  for (const [fromClient, part] of steps) {
    timeUs += 10_000;
    const side = fromClient ? 0 : 1;
    const bytes = Uint8Array.from([...waiting[side]!, ...(typeof part === 'string' ? bytesOf(part) : part)]);
    const context = messageContext(sink, { fromClient, timeUs, serverPort, isTcp });
    let at = isTcp ? 0 : bytes.length;
    if (!isTcp) decoder.decode(bytes, 0, bytes.length, context);
    while (at < bytes.length) {
      const size = decoder.frameSize(bytes, at, bytes.length, context);
      if (size < 0) at = bytes.length;
      if (size <= 0 || at + size > bytes.length) break;
      decoder.decode(bytes, at, at + size, context);
      at += size;
    }
    waiting[side] = bytes.subarray(at);
  }
  decoder.closed(1, messageContext(sink, { timeUs, serverPort, isTcp }));
  assert.deepEqual(sink.problems, []);
  return told;
}

/** The same with every segment cut into pieces of `size` bytes. */
export function cut(steps: readonly Step[], size: number): Step[] {
  return steps.flatMap(([fromClient, part]) => {
    const bytes = typeof part === 'string' ? bytesOf(part) : part;
    const pieces: Step[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push([fromClient, bytes.subarray(at, at + size)]);
    return pieces;
  });
}

/** One line: who, what, and of a login whether `password` is the one. */
function line(fact: Told, password: string): string {
  if (fact.fact === 'claim') return `${fact.host} ${fact.attribute} ${fact.value}`;
  if (fact.fact === 'trait') return `${fact.host} ${fact.trait} ${fact.value}`;
  if (fact.fact === 'transfer') return `${fact.phase} ${fact.name}`;
  if (fact.fact === 'violation') return fact.rule;
  const { client, server, mechanism, user, outcome, test } = fact;
  return `${client}>${server} ${mechanism} ${user} ${outcome}${test?.(password) === true ? ' tested' : ''}`;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
