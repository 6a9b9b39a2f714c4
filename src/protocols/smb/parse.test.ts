// Plays hand-made conversations of SMB, whole, cut and damaged, and looks at what is told of them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Login } from '../../facts/facts.ts';
import { OUTCOME_NAMES } from '../../facts/operation.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { ntowfV1, v1Response } from '../ntlm-responses.ts';
import {
  CHALLENGE,
  NO_MORE,
  SVCCTL,
  closeBody,
  createBody,
  createdBody,
  framed,
  le16,
  le32,
  negotiateAnswer,
  ntlmAuthenticate,
  ntlmChallenge,
  ntlmNegotiate,
  readAnswerBody,
  readBody,
  rpcBind,
  rpcRequest,
  rpcResponse,
  rpcString,
  sessionAnswer,
  sessionSetup,
  setInfoBody,
  shareLogin,
  smb1,
  smb1Negotiated,
  smb2,
  treeAnswer,
  treeConnect,
  wide,
  writeBody,
} from './example-messages.ts';
import { Stretches } from './files.ts';
import { smb } from './index.ts';

type Step = readonly [fromClient: boolean, bytes: readonly number[]];

interface Played {
  readonly told: string[];
  readonly logins: Login[];
}

/** Plays a conversation, each direction cut into pieces of so many bytes. */
function play(steps: readonly Step[], pieces = 1_000_000): Played {
  const sink = new CheckedSink();
  const told: string[] = [];
  const logins: Login[] = [];
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  sink.onFact = (fact) => {
    if (!('fact' in fact)) {
      const name = Buffer.from(fact.nameBytes.subarray(fact.nameStart, fact.nameEnd)).toString('utf8');
      const what = `${VERB_NAMES[fact.verb]} ${smb.functionName(fact.function, fact.subfunction)}`;
      told.push(`${what} ${name} ${OUTCOME_NAMES[fact.outcome]}`);
    } else if (fact.fact === 'login') {
      logins.push(fact);
      told.push(`login ${fact.mechanism} ${fact.user} ${fact.outcome}`);
    } else if (fact.fact === 'trait') told.push(`${fact.host} ${fact.trait} ${fact.value}`);
    else if (fact.fact === 'claim') told.push(`${fact.host} ${fact.attribute} ${fact.value}`);
    else if (fact.fact === 'transfer' && fact.phase === 'piece') {
      const hash = hashes.get(fact.transfer) ?? createHash('sha256');
      hashes.set(fact.transfer, hash.update(fact.bytes));
    } else if (fact.fact === 'transfer' && fact.phase === 'ended') {
      const hash = hashes.get(fact.transfer)?.digest('hex').slice(0, 8);
      told.push(`${fact.direction} ${fact.name} ${fact.size} ${fact.isComplete ? 'whole' : 'in part'} ${hash}`);
    }
  };
  const decoder = smb.start(0);
  const kept = [new Uint8Array(0), new Uint8Array(0)];
  for (const [fromClient, step] of steps) {
    const side = fromClient ? 0 : 1;
    const context = messageContext(sink, { fromClient, serverPort: 445 });
    for (let from = 0; from < step.length; from += pieces) {
      const all = Uint8Array.from([...kept[side]!, ...step.slice(from, from + pieces)]);
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
  decoder.closed(1, messageContext(sink, { serverPort: 445 }));
  assert.deepEqual(sink.problems, []);
  return { told, logins };
}

function request(command: number, id: number, body: readonly number[]): Step {
  return [true, framed(smb2({ command, id, tree: 5 }, body))];
}

function answer(command: number, id: number, body: readonly number[], status = 0): Step {
  return [false, framed(smb2({ command, id, tree: 5, isAnswer: true, status }, body))];
}

const RESPONSE = v1Response(ntowfV1('Password'), Uint8Array.from(CHALLENGE));

function loginSteps(status: number, flags = 0): Step[] {
  return [
    [true, sessionSetup(1, ntlmNegotiate())],
    [false, sessionAnswer(1, 0xc000_0016, ntlmChallenge('HISTORIAN'))],
    [true, sessionSetup(2, ntlmAuthenticate('operator', 'HMI-1', RESPONSE))],
    [false, sessionAnswer(2, status, [], flags)],
  ];
}

function share(isPipe = false): Step[] {
  return [
    [true, treeConnect(3, '\\\\HISTORIAN\\data')],
    [false, treeAnswer(3, 5, isPipe)],
  ];
}

test('a login is told with its outcome, and its password can be tested', () => {
  const { told, logins } = play([[false, negotiateAnswer(0, 0x0311, 3)], ...loginSteps(0, 1)], 7);
  assert.deepEqual(told, [
    '2 smb-dialect SMB 3.1.1',
    '2 smb-signing required',
    '2 smb-server-guid 0102030405060708090a0b0c0d0e0f10',
    '2 name HISTORIAN',
    '2 operating-system Windows 10 or later (10.0.17763)',
    '1 name HMI-1',
    '1 operating-system Windows 10 or later (10.0.19041)',
    'login ntlm-v1 operator accepted',
    '2 smb-session guest',
  ]);
  assert.deepEqual([logins[0]?.test?.('Password'), logins[0]?.test?.('password')], [true, false]);
  assert.equal(logins[0]?.mayWait, true);
});

test('a refused login is refused, one without an answer unknown', () => {
  assert.ok(play(loginSteps(0xc000_006d)).told.includes('login ntlm-v1 operator refused'));
  assert.ok(play(loginSteps(0).slice(0, 3)).told.includes('login ntlm-v1 operator unknown'));
});

test('a file that is read and one that is written, cut anywhere, are the same', () => {
  const data = Array.from({ length: 3000 }, (_, index) => (index * 7) & 0xff);
  const steps: Step[] = [
    ...share(),
    request(5, 4, createBody('recipe.csv', 0x1, 1)),
    answer(5, 4, createdBody(9, 3000)),
    request(8, 5, readBody(9, 0, 2000)),
    request(8, 6, readBody(9, 2000, 2000)),
    answer(8, 6, readAnswerBody(data.slice(2000))),
    answer(8, 5, readAnswerBody(data.slice(0, 2000))),
    request(6, 7, closeBody(9)),
    answer(6, 7, [...le16(60), ...new Array<number>(58).fill(0)]),
    request(5, 8, createBody('new.bin', 0x2, 2)),
    answer(5, 8, createdBody(10, 0)),
    request(9, 9, writeBody(10, 0, data)),
    answer(9, 9, [...le16(17), 0, 0, ...le32(3000), ...le32(0), ...le32(0)]),
  ];
  const expected = [
    'connect SMB2 TREE_CONNECT \\\\HISTORIAN\\data ok',
    'to-client \\\\HISTORIAN\\data\\recipe.csv 3000 whole',
    'create SMB2 CREATE \\\\HISTORIAN\\data\\new.bin ok',
    `to-server \\\\HISTORIAN\\data\\new.bin 3000 whole`,
  ];
  for (const pieces of [1_000_000, 1, 5, 97]) {
    assert.deepEqual(
      play(steps, pieces).told.map((line) => line.replace(/ [0-9a-f]{8}$/, '')),
      expected,
    );
  }
});

test('a message that is longer than a frame is read in pieces', () => {
  const data = Array.from({ length: 200_000 }, (_, index) => (index * 31) & 0xff);
  const hash = createHash('sha256').update(Uint8Array.from(data)).digest('hex').slice(0, 8);
  const steps: Step[] = [
    ...share(),
    request(5, 4, createBody('firmware.bin', 0x2, 5)),
    answer(5, 4, createdBody(9, 0)),
    request(9, 5, writeBody(9, 0, data)),
    request(6, 6, closeBody(9)),
    answer(6, 6, [...le16(60), ...new Array<number>(58).fill(0)]),
  ];
  for (const pieces of [1_000_000, 1460]) {
    assert.equal(play(steps, pieces).told.at(-1), `to-server \\\\HISTORIAN\\data\\firmware.bin 200000 whole ${hash}`);
  }
});

test('a loss inside a long message leaves a file in part, and what follows is read', () => {
  const sink = new CheckedSink();
  const ended: string[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'transfer' && fact.phase === 'ended') {
      ended.push(`${fact.name} ${fact.size} ${fact.isComplete}`);
    }
  };
  const decoder = smb.start(0);
  const client = messageContext(sink, { fromClient: true, serverPort: 445 });
  const say = (bytes: readonly number[], context = client): void => {
    const all = Uint8Array.from(bytes);
    for (let at = 0; at < all.length;) {
      const size = decoder.frameSize(all, at, all.length, context);
      assert.ok(size > 0);
      decoder.decode(all, at, Math.min(all.length, at + size), context);
      at += size;
    }
  };
  const long = framed(smb2({ command: 9, id: 5, tree: 5 }, writeBody(9, 0, new Array<number>(100_000).fill(1))));
  say(long.slice(0, 40_000));
  decoder.gap(1, true, client);
  assert.equal(decoder.resumes?.(1, true, client, 10_000), true);
  say(long.slice(50_000));
  say(framed(smb2({ command: 6, id: 6, tree: 5 }, closeBody(9))));
  say(framed(smb2({ command: 6, id: 6, tree: 5, isAnswer: true }, new Array<number>(60).fill(0))), {
    ...client,
    fromClient: false,
  });
  assert.deepEqual(ended, ['file 09000000000000000900000000000000 90000 false']);
  assert.equal(decoder.resumes(1, true, client, 1), false);
  assert.deepEqual(sink.problems, []);
});

test('deleting and renaming are operations with names, in a chain too', () => {
  const create = createBody('old.txt', 0x1_0000, 1);
  const padded = [...create, ...new Array<number>((8 - ((64 + create.length) & 7)) & 7).fill(0)];
  const any = new Array<number>(16).fill(0xff);
  const remove = setInfoBody(0, 13, [1]);
  remove.splice(16, 16, ...any);
  const chain = [
    ...smb2({ command: 5, id: 4, tree: 5, next: 64 + padded.length }, padded),
    ...smb2({ command: 17, id: 5, tree: 5 }, remove),
  ];
  const target = wide('moved.txt');
  const rename = [...new Array<number>(16).fill(0), ...le32(target.length), ...target];
  const { told } = play([
    ...share(),
    [true, framed(chain)],
    answer(5, 4, createdBody(9, 0)),
    answer(17, 5, le16(2)),
    request(17, 6, setInfoBody(9, 10, rename)),
    answer(17, 6, le16(9), 0xc000_0022),
    request(5, 7, createBody('tmp', 0x1_0000, 1, 0x1000)),
  ]);
  assert.deepEqual(told.slice(1), [
    'delete SMB2 SET_INFO, delete \\\\HISTORIAN\\data\\old.txt ok',
    'configure SMB2 SET_INFO, rename \\\\HISTORIAN\\data\\old.txt -> moved.txt refused',
    'delete SMB2 CREATE \\\\HISTORIAN\\data\\tmp unanswered',
  ]);
});

test('a service that is made through a pipe is told by name, its request cut into several writes', () => {
  const call = rpcRequest(2, 12, [...new Array<number>(20).fill(7), ...rpcString('updater'), ...le32(0)]);
  const { told } = play([
    ...share(true),
    request(5, 4, createBody('svcctl', 0x3, 1)),
    answer(5, 4, createdBody(9, 0)),
    request(9, 5, writeBody(9, 0, rpcBind(1, SVCCTL))),
    request(9, 6, writeBody(9, 0, call.slice(0, 10))),
    request(9, 7, writeBody(9, 0, call.slice(10))),
    request(8, 8, readBody(9, 0, 4280)),
    answer(8, 8, readAnswerBody(rpcResponse(2, le32(0)))),
  ]);
  assert.deepEqual(told.slice(1), ['2 rpc-interface svcctl', 'create svcctl RCreateServiceW updater ok']);
});

test('encrypted messages are named', () => {
  const encrypted = framed([0xfd, 0x53, 0x4d, 0x42, ...new Array<number>(80).fill(9)]);
  assert.deepEqual(
    play([
      [true, encrypted],
      [false, encrypted],
    ]).told,
    ['2 smb-encryption encrypted'],
  );
});

test('messages are recognised, and who says them', () => {
  const decoder = smb.start(0);
  const check = (bytes: readonly number[]): number[] => {
    const all = Uint8Array.from(bytes);
    return [decoder.looksLike(all, 0, all.length), decoder.speaker(all, 0, all.length)];
  };
  assert.deepEqual(check(treeConnect(1, 'x')), [Match.yes, Speaker.client]);
  assert.deepEqual(check(negotiateAnswer(1, 0x0302, 1)), [Match.yes, Speaker.server]);
  const name = [0x20, ...new Array<number>(32).fill(0x43), 0];
  assert.deepEqual(check([0x81, 0, 0, 68, ...name, ...name]), [Match.yes, Speaker.client]);
  assert.deepEqual(check([0x82, 0, 0, 0]), [Match.maybe, Speaker.server]);
  for (const other of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x03\x00\x00\x16\x11\xe0 of ISO on TCP and more', '']) {
    assert.equal(check([...Buffer.from(other, 'latin1')])[0], Match.no);
  }
  const context = messageContext(new CheckedSink());
  assert.equal(decoder.frameSize(Uint8Array.of(0, 0, 0), 0, 3, context), NEED_MORE);
  assert.equal(decoder.frameSize(Uint8Array.of(0, 0, 0, 99, 1, 2, 3, 4), 0, 8, context), NOT_THIS_PROTOCOL);
});

test('every change of one byte decodes without throwing', () => {
  const steps = [...loginSteps(0), ...share(), request(5, 4, createBody('f', 2, 2)), answer(5, 4, createdBody(9, 4))];
  for (const [index, [fromClient, bytes]] of steps.entries()) {
    for (let at = 4; at < bytes.length; at++) {
      for (const value of [0, 1, 0x80, 0xff]) {
        const changed = bytes.map((byte, place) => (place === at ? value : byte));
        play([...steps.slice(0, index), [fromClient, changed], ...steps.slice(index + 1)]);
      }
    }
  }
});

test('stretches that touch are one, in whatever order they come', () => {
  const seen = new Stretches();
  for (const [from, to] of [
    [10, 20],
    [30, 40],
    [0, 5],
    [20, 30],
    [4, 12],
  ] as const)
    seen.add(from, to);
  assert.deepEqual([seen.isWhole(40), seen.isWhole(41), seen.end], [true, false, 40]);
});

test('SMB 1 without a security token: the response to the challenge can be tested', () => {
  const words = [
    ...NO_MORE,
    ...new Array<number>(10).fill(0),
    ...le16(0),
    ...le16(24),
    ...new Array<number>(8).fill(0),
  ];
  const text = [...Buffer.from('operator\0PLANT\0Windows 4.0\0Windows 4.0\0', 'latin1')];
  const { told, logins } = play([
    smb1Negotiated(3),
    smb1(0x73, false, words, [...RESPONSE, ...text]),
    smb1(0x73, true, [...NO_MORE, ...le16(0)], [...Buffer.from('Unix\0Samba 3.0\0PLANT\0', 'latin1')]),
  ]);
  assert.deepEqual(told, [
    '2 smb-dialect SMB 1',
    '2 smb-signing not required',
    '1 operating-system Windows 4.0',
    '2 operating-system Unix',
    '2 application Samba 3.0',
    '2 smb-domain PLANT',
    'login ntlm-v1 operator accepted',
  ]);
  assert.deepEqual([logins[0]?.test?.('Password'), logins[0]?.test?.('')], [true, false]);
});

test('SMB 1 with a password for each share: it is tested, and a file is deleted by name', () => {
  const found: (boolean | undefined)[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'login') found.push(fact.test?.('secret'), fact.test?.('other'));
  };
  const steps = [
    ...shareLogin('secret'),
    smb1(0x06, false, le16(0), [4, ...Buffer.from('\\old.log\0', 'latin1')]),
    smb1(0x06, true, [], []),
  ];
  const decoder = smb.start(0);
  for (const [fromClient, bytes] of steps) {
    const all = Uint8Array.from(bytes);
    decoder.decode(all, 0, all.length, messageContext(sink, { fromClient, serverPort: 139 }));
  }
  assert.deepEqual(found, [true, false]);
  assert.deepEqual(play(steps).told.slice(2), [
    '2 smb-passwords clear',
    'connect SMB1 TREE_CONNECT_ANDX \\\\PLC\\logs ok',
    'login clear  accepted',
    'delete SMB1 DELETE \\\\PLC\\logs\\old.log ok',
  ]);
});
