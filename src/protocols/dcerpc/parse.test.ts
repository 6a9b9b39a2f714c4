// Plays hand-made calls of DCE/RPC over TCP, and looks at what is told of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { OUTCOME_NAMES } from '../../facts/operation.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { RPC_INTERFACES } from '../rpc-interfaces.ts';
import { dcerpc } from './index.ts';

type Step = readonly [fromClient: boolean, bytes: readonly number[]];

function le16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

function le32(value: number): number[] {
  return [...le16(value & 0xffff), ...le16(value >>> 16)];
}

function message(type: number, call: number, body: readonly number[]): number[] {
  return [5, 0, type, 3, 0x10, 0, 0, 0, ...le16(16 + body.length), 0, 0, ...le32(call), ...body];
}

/** An identifier as it stands on the wire. */
function wireUuid(uuid: string): number[] {
  const parts = uuid.split('-').map((part) => [...Buffer.from(part, 'hex')]);
  return parts.flatMap((part, index) => (index < 3 ? part.reverse() : part));
}

function bind(uuid: string): number[] {
  const context = [0, 0, 1, 0, ...wireUuid(uuid), ...le32(1), ...new Array<number>(20).fill(4)];
  return message(11, 1, [...le16(4280), ...le16(4280), ...le32(0), 1, 0, 0, 0, ...context]);
}

function request(call: number, opnum: number, stub: readonly number[] = []): number[] {
  return message(0, call, [...le32(stub.length), 0, 0, ...le16(opnum), ...stub]);
}

function response(call: number): number[] {
  return message(2, call, [...le32(4), 0, 0, 0, 0, ...le32(0)]);
}

function fault(call: number, status: number): number[] {
  return message(3, call, [...le32(0), 0, 0, 0, 0, ...le32(status), ...le32(0)]);
}

function wideString(text: string): number[] {
  const characters = [...Buffer.from(`${text}\0`, 'utf16le')];
  return [...le32(text.length + 1), ...le32(0), ...le32(text.length + 1), ...characters];
}

function play(steps: readonly Step[]): string[] {
  const sink = new CheckedSink();
  const told: string[] = [];
  sink.onFact = (fact) => {
    if (!('fact' in fact)) {
      const name = Buffer.from(fact.nameBytes.subarray(fact.nameStart, fact.nameEnd)).toString('utf8');
      const what = `${VERB_NAMES[fact.verb]} ${dcerpc.functionName(fact.function, fact.subfunction)}`;
      told.push(`${what} ${name} ${OUTCOME_NAMES[fact.outcome]} ${fact.code}`);
    } else if (fact.fact === 'trait') told.push(`${fact.trait} ${fact.value}`);
  };
  const decoder = dcerpc.start(0);
  for (const [fromClient, bytes] of steps) {
    const all = Uint8Array.from(bytes);
    decoder.decode(all, 0, all.length, messageContext(sink, { fromClient, serverPort: 49_152 }));
  }
  decoder.closed(1, messageContext(sink, { serverPort: 49_152 }));
  assert.deepEqual(sink.problems, []);
  return told;
}

const TASKS = '86d35949-83c9-4044-b424-db363231fd0c';
const SERVICES = '367abb81-9844-35f1-ad32-98f038001003';

test('a task that is registered is told by its path, with its outcome', () => {
  const stub = [...le32(0x20000), ...wideString('\\Updater')];
  assert.deepEqual(
    play([
      [true, bind(TASKS)],
      [true, request(2, 1, stub)],
      [false, response(2)],
    ]),
    ['rpc-interface ITaskSchedulerService', 'create ITaskSchedulerService SchRpcRegisterTask \\Updater ok 0'],
  );
});

test('a service that is started, one that may not be deleted, one that nobody answers about', () => {
  const told = play([
    [true, bind(SERVICES)],
    [true, request(2, 19)],
    [true, request(3, 2)],
    [false, fault(3, 5)],
    [false, response(2)],
    [true, request(4, 12, [...new Array<number>(20).fill(1), ...wideString('svc')])],
  ]);
  assert.deepEqual(told.slice(1), [
    'delete svcctl RDeleteService  refused 5',
    'start svcctl RStartServiceW  ok 0',
    'create svcctl RCreateServiceW svc unanswered 0',
  ]);
});

test('an interface that is not known is told by its identifier, and its calls are none of ours', () => {
  const uuid = 'dea00001-6c97-11d1-8271-00a02442df7d';
  assert.deepEqual(
    play([
      [true, bind(uuid)],
      [true, request(2, 1)],
      [false, response(2)],
    ]),
    [`rpc-interface ${uuid}`],
  );
});

test('messages are recognised by content, and who says them', () => {
  const decoder = dcerpc.start(0);
  const check = (bytes: readonly number[]): number[] => {
    const all = Uint8Array.from(bytes);
    return [decoder.looksLike(all, 0, all.length), decoder.speaker(all, 0, all.length)];
  };
  assert.deepEqual(check(bind(TASKS)), [Match.yes, Speaker.client]);
  assert.deepEqual(check(response(1)), [Match.yes, Speaker.server]);
  // A datagram of version 4, as PROFINET sends it; another byte order; a length that holds nothing.
  assert.equal(check([4, 0, 0x28, 0, 0x10, ...new Array<number>(75).fill(0)])[0], Match.no);
  assert.equal(check([5, 0, 0, 3, 0, 0, 0, 0, ...new Array<number>(20).fill(0)])[0], Match.no);
  assert.equal(check([5, 0, 0, 3, 0x10, 0, 0, 0, 2, 0, 0, 0, ...new Array<number>(20).fill(0)])[0], Match.no);
  const context = messageContext(new CheckedSink());
  const whole = Uint8Array.from(bind(TASKS));
  assert.equal(decoder.frameSize(whole, 0, 15, context), NEED_MORE);
  assert.equal(decoder.frameSize(whole, 0, whole.length, context), whole.length);
  assert.equal(decoder.frameSize(whole, 1, whole.length, context), NOT_THIS_PROTOCOL);
});

test('every prefix and every change of one byte decodes without throwing', () => {
  const steps: Step[] = [
    [true, bind(TASKS)],
    [true, request(2, 1, [...le32(1), ...wideString('x')])],
    [false, response(2)],
  ];
  for (const [index, [fromClient, bytes]] of steps.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      play([...steps.slice(0, index), [fromClient, bytes.slice(0, at)]]);
      for (const value of [0, 1, 0x80, 0xff]) {
        const changed = bytes.map((byte, place) => (place === at ? value : byte));
        play([...steps.slice(0, index), [fromClient, changed], ...steps.slice(index + 1)]);
      }
    }
  }
});

test('identifiers are unique, and no two calls of an interface have one number', () => {
  assert.equal(new Set(RPC_INTERFACES.map(({ uuid }) => uuid)).size, RPC_INTERFACES.length);
  for (const { name, calls } of RPC_INTERFACES) {
    assert.equal(new Set(calls.map(({ opnum }) => opnum)).size, calls.length, name);
  }
});
