// Plays what two sides say to a decoder, over TCP cut into pieces of any size, and gives the facts it tells. For the tests of
// protocols, no part of the program.
import assert from 'node:assert/strict';
import { CheckedSink, messageContext } from '../fuzz/checked-sink.ts';
import type { Claim, Login, Trait, Transfer, Violation } from '../src/facts/facts.ts';
import type { Operation } from '../src/facts/operation.ts';
import type { Step } from '../src/protocols/example-stream.ts';
import type { MessageContext, Protocol } from '../src/facts/protocol.ts';

export type Told = Operation | Claim | Login | Trait | Transfer | Violation;

/** Bytes of one side are lost here, nobody knows how many. */
export function lost(fromClient: boolean): Step {
  return [fromClient, new Uint8Array(0)];
}

/** All facts in order, operations copied. The first message is recognised whole, as the reader of streams sees to it. */
export function play(protocol: Protocol, steps: readonly Step[], pieces = 65_536): Told[] {
  const sink = new CheckedSink();
  const told = toldOf(sink);
  const decoder = protocol.start(0);
  const serverPort = protocol.ports[0] ?? 0;
  const kept = [new Uint8Array(0), new Uint8Array(0)];
  for (const [index, [fromClient, bytes]] of steps.entries()) {
    const context = messageContext(sink, { fromClient, serverPort });
    const side = fromClient ? 0 : 1;
    const step = index === 0 ? bytes.length : pieces;
    if (bytes.length === 0) {
      kept[side] = new Uint8Array(0);
      decoder.gap(1, fromClient, context);
      decoder.resumes?.(1, fromClient, context, -1);
    }
    for (let from = 0; from < bytes.length; from += step) {
      const all = Uint8Array.from([...kept[side]!, ...bytes.subarray(from, from + step)]);
      let at = 0;
      while (at < all.length) {
        const size = decoder.frameSize(all, at, all.length, context);
        if (size <= 0 || at + size > all.length) break;
        decoder.decode(all, at, at + size, context);
        at += size;
      }
      kept[side] = all.slice(at);
    }
  }
  decoder.closed(1, messageContext(sink, { serverPort }));
  assert.deepEqual(sink.problems, []);
  return told;
}

/** The same for datagrams. */
export function playDatagrams(
  protocol: Protocol,
  steps: readonly Step[],
  change: Partial<MessageContext> = {},
): Told[] {
  const sink = new CheckedSink();
  const told = toldOf(sink);
  const decoder = protocol.start(0);
  const context = { serverPort: protocol.ports[0] ?? 0, isTcp: false, ...change };
  for (const [fromClient, bytes] of steps) {
    decoder.decode(bytes, 0, bytes.length, messageContext(sink, { ...context, fromClient }));
  }
  decoder.closed(1, messageContext(sink, context));
  assert.deepEqual(sink.problems, []);
  return told;
}

/** Plays the steps with every byte of each changed to a few values: nothing is to be thrown. */
export function playDamaged(protocol: Protocol, steps: readonly Step[]): void {
  for (const [index, [fromClient, bytes]] of steps.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        play(protocol, [...steps.slice(0, index), [fromClient, bytes.with(at, value)], ...steps.slice(index + 1)]);
      }
    }
  }
}

function toldOf(sink: CheckedSink): Told[] {
  const told: Told[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) told.push({ ...fact });
    else if (fact.fact !== 'conversation') told.push(fact);
  };
  return told;
}

/** One line for each fact: `login mysql-native historian accepted`. */
export function shown(protocol: Protocol, told: readonly Told[]): string[] {
  return told.map((fact) => {
    if ('verb' in fact) return `${protocol.functionName(fact.function, fact.subfunction)} ${fact.outcome}/${fact.code}`;
    if (fact.fact === 'login') return `login ${fact.mechanism} ${fact.user} ${fact.outcome}`;
    if (fact.fact === 'claim') return `${fact.attribute} ${fact.value}`;
    if (fact.fact === 'trait') return `${fact.trait} ${fact.value}`;
    return fact.fact === 'violation' ? fact.rule : fact.phase;
  });
}

/** The only login among the facts. */
export function onlyLogin(told: readonly Told[]): Login {
  const logins = told.filter((fact): fact is Login => 'fact' in fact && fact.fact === 'login');
  assert.equal(logins.length, 1);
  return logins[0]!;
}
