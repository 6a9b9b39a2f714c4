// Files with their names and transfers, file logins, and secure authentication.
import assert from 'node:assert/strict';
import test from 'node:test';
import { le, request, response, sized, Talk, textHex } from './example-frames.ts';

const HANDLE = 0x1234;

function command(name: string, mode: number, size = 0): string {
  const fixed = `1a00 ${le(name.length, 2)} 000000000000 ff01 00000000 ${le(size, 4)} ${le(mode, 2)} 0004 0500`;
  return sized(70, 3, fixed.replaceAll(' ', '') + textHex(name));
}

function status(code: number, size = 0): string {
  return sized(70, 4, le(HANDLE, 4) + le(size, 4) + '00040500' + le(code, 1));
}

function block(number: number, isLast: boolean, data: string): string {
  return sized(70, 5, le(HANDLE, 4) + le(number + (isLast ? 2 ** 31 : 0), 4) + textHex(data));
}

function blockStatus(number: number, code: number): string {
  return sized(70, 6, le(HANDLE, 4) + le(number, 4) + le(code, 1));
}

function transfers(talk: Talk): string[] {
  return talk.listener.transfers.map(({ phase, direction, name, offset, bytes, size, isComplete }) => {
    if (phase === 'piece') return `piece ${direction} ${offset} ${Buffer.from(bytes).toString()}`;
    return phase === 'begun' ? `begun ${direction} ${name}` : `ended ${name} ${size} ${String(isComplete)}`;
  });
}

test('a file that is read is opened, read block by block, and closed', () => {
  const talk = new Talk().ask(request(0, `19 ${command('./log.txt', 1)}`)).answer(response(0, status(0, 7)));
  talk.ask(request(1, `01 ${block(0, false, '')}`)).answer(response(1, block(0, false, 'abcd')));
  talk.ask(request(2, `01 ${block(1, false, '')}`)).answer(response(2, block(1, true, 'efg')));
  talk.ask(request(3, `1a ${status(0)}`)).answer(response(3, status(0)));
  assert.deepEqual(talk.told, [
    "file-read 25: file './log.txt'; ok",
    "file-read 1: file './log.txt' = abcd; ok",
    "file-read 1: file './log.txt' = efg; ok",
    "other 26: file './log.txt'; ok",
  ]);
  assert.deepEqual(transfers(talk), [
    'begun to-client ./log.txt',
    'piece to-client 0 abcd',
    'piece to-client 4 efg',
    'ended ./log.txt 7 true',
  ]);
  assert.deepEqual(talk.listener.rules, []);
});

test('a file that is written: its blocks, also where one is sent again or is missing', () => {
  const talk = new Talk().ask(request(0, `19 ${command('fw.bin', 2, 12)}`)).answer(response(0, status(0)));
  for (const [sequence, number] of [
    [1, 0],
    [2, 0],
    [3, 2],
  ] as const) {
    talk.ask(request(sequence, `02 ${block(number, number === 2, 'abcd')}`));
    talk.answer(response(sequence, blockStatus(number, number === 2 ? 20 : 0)));
  }
  talk.close();
  assert.deepEqual(talk.told, [
    "file-write 25: file 'fw.bin'; ok",
    "file-write 2: file 'fw.bin' = abcd; ok",
    "file-write 2: file 'fw.bin' = abcd; ok",
    "file-write 2: file 'fw.bin' = abcd; refused 788",
  ]);
  assert.deepEqual(transfers(talk), [
    'begun to-server fw.bin',
    'piece to-server 0 abcd',
    'piece to-server 8 abcd',
    'ended fw.bin 8 false',
  ]);
});

test('a file whose open was not seen has its handle for a name', () => {
  const talk = new Talk().ask(request(1, `02 ${block(3, false, 'abcd')}`)).answer(response(1, blockStatus(3, 0)));
  talk.wait(121_000_000);
  assert.deepEqual(talk.told, ["file-write 2: file 'handle 4660' = abcd; ok"]);
  assert.deepEqual(transfers(talk), [
    'begun to-server handle 4660',
    'piece to-server 12 abcd',
    'ended handle 4660 4 false',
  ]);
});

test('what the outstation does not allow is refused, and nothing is transferred', () => {
  const talk = new Talk().ask(request(0, `19 ${command('secret', 1)}`)).answer(response(0, status(1)));
  talk.ask(request(1, `1b ${command('secret', 0)}`)).answer(response(1, status(3)));
  talk.ask(request(2, `01 ${block(0, false, '')}`)).answer(response(2, blockStatus(0, 16)));
  assert.deepEqual(talk.told, [
    "file-read 25: file 'secret'; refused 513",
    "delete 27: file 'secret'; refused 515",
    "file-read 1: file 'handle 4660'; refused 784",
  ]);
  assert.deepEqual(transfers(talk), []);
});

test('files are deleted, asked about, aborted and activated by name', () => {
  const descriptor = sized(70, 7, `1400${le(5, 2)}0100${le(99, 4)}000000000000ff010500${textHex('a.txt')}`);
  const talk = new Talk().ask(request(0, `1b ${command('a.txt', 0)}`)).answer(response(0, status(0)));
  talk.ask(request(1, `1c ${descriptor}`)).answer(response(1, descriptor));
  talk.ask(request(2, `1e ${status(0)}`)).answer(response(2, status(0)));
  talk.ask(request(3, `1f ${sized(70, 8, textHex('new.cfg'))}`)).answer(response(3, ''));
  assert.deepEqual(talk.told, [
    "delete 27: file 'a.txt'; ok",
    "enumerate 28: file 'a.txt'; ok",
    "cancel 30: file 'handle 4660'; ok",
    "program-download 31: file 'new.cfg'; ok",
  ]);
});

function credentials(user: string, password: string, key: number): string {
  const body = `0c00 ${le(user.length, 2)} ${le(12 + user.length, 2)} ${le(password.length, 2)} ${le(key, 4)}`;
  return sized(70, 2, body.replaceAll(' ', '') + textHex(user + password));
}

test('a file login can be tested once it is answered, and its password stands nowhere else', () => {
  const talk = new Talk();
  talk.listener.candidates.push('admin', 'wrong', 'adminadmin');
  talk.ask(request(0, `1d ${credentials('root', 'admin', 0)}`));
  assert.equal(talk.listener.logins.length, 0);
  talk.answer(response(0, credentials('', '', 77)));
  talk.ask(request(1, `1d ${credentials('root', 'wrong', 0)}`)).answer(response(1, credentials('', '', 0)));
  talk.ask(request(2, `1d ${credentials('root', 'wrong', 0)}`)).close();
  assert.deepEqual(
    talk.listener.logins.map(({ user, outcome, mechanism }) => [user, outcome, mechanism]),
    [
      ['root', 'accepted', 'clear'],
      ['root', 'refused', 'clear'],
      ['root', 'unknown', 'clear'],
    ],
  );
  assert.deepEqual(talk.listener.matched, ['admin', 'wrong', 'wrong']);
  assert.equal(talk.listener.logins[0]?.knows('admin'), false, 'forgotten after the callback');
  assert.ok(!JSON.stringify(talk.operations).includes('admin'));
  assert.deepEqual(
    talk.operations.map(({ verb }) => verb),
    ['authenticate', 'authenticate', 'authenticate'],
  );
});

const CHALLENGE = sized(120, 1, '01000000' + '0700' + '04' + '01' + '0400' + 'aabbccdd');
const REPLY = sized(120, 2, '01000000' + '0700' + 'ee'.repeat(16));
const ERROR = sized(120, 7, '01000000' + '0700' + '0000' + '01' + '000000000000');
const COMMAND = '0c01 17 01 03 03 01 00000000 00000000 00';

function authentication(sequence: number, code: string, text: string): Uint8Array {
  const fragment = response(sequence, text);
  fragment[1] = Number.parseInt(code, 16);
  return fragment;
}

test('a command that is challenged waits until the reply is believed', () => {
  const talk = new Talk().ask(request(4, `05 ${COMMAND}`)).answer(authentication(4, '83', CHALLENGE));
  assert.deepEqual(talk.told, ['authenticate 131: authentication user 7+1; ok']);
  talk.ask(request(4, `21 ${REPLY}`)).answer(response(4, COMMAND));
  assert.deepEqual(talk.told.slice(1), [
    'authenticate 33: authentication user 7+1; unanswered',
    'operate 5: binary output 3+1 = 1; ok',
  ]);
  assert.deepEqual(
    talk.listener.logins.map(({ user, outcome }) => [user, outcome]),
    [['user 7', 'accepted']],
  );
});

test('a reply to a challenge may be a request of its own, and an error refuses', () => {
  const talk = new Talk().ask(request(4, `05 ${COMMAND}`)).answer(authentication(4, '83', CHALLENGE));
  talk
    .ask(request(4, `20 ${REPLY}`))
    .answer(authentication(4, '83', ERROR))
    .close();
  assert.deepEqual(talk.told.slice(1), [
    'operate 5: binary output 3+1 = 1; refused 1025',
    'authenticate 32: authentication user 7+1; refused 1025',
  ]);
  assert.deepEqual(
    talk.listener.logins.map(({ user, outcome }) => [user, outcome]),
    [['user 7', 'refused']],
  );
});

test('aggressive mode is a command of a user', () => {
  const aggressive = '7803 07 01 02000000 0900';
  const mac = sized(120, 9, '11'.repeat(8));
  const talk = new Talk().ask(request(4, `05 ${aggressive} ${COMMAND} ${mac}`)).answer(response(4, COMMAND));
  assert.deepEqual(talk.told, ['operate 5: binary output 3+1 = 1; ok']);
  assert.equal(talk.operations[0]?.subfunction, 12);
  assert.deepEqual(
    talk.listener.logins.map(({ user, outcome }) => [user, outcome]),
    [['user 9', 'accepted']],
  );
});

test('in aggressive mode select and operate differ by their proofs alone', () => {
  const proven = (challenge: number, objects: string): string =>
    `7803 07 01 ${le(challenge, 4)} 0900 ${objects} ${sized(120, 9, le(challenge, 4).repeat(2))}`;
  const talk = new Talk().ask(request(4, `03 ${proven(5, COMMAND)}`)).answer(response(4, COMMAND));
  talk.ask(request(5, `04 ${proven(6, COMMAND)}`)).answer(response(5, COMMAND));
  assert.deepEqual(talk.listener.rules, []);
});

test('session keys: the status is asked for and answered', () => {
  const keyStatus = sized(120, 5, '05000000' + '0700' + '02' + '02' + '00' + '0400' + 'aabbccdd');
  const talk = new Talk().ask(request(1, '20 7804 07 01 0700')).answer(authentication(1, '83', keyStatus));
  assert.deepEqual(talk.told, ['authenticate 32: authentication user 7+1; ok']);
});
