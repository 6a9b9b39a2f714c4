// Hand-made dialogues of FTP: whole, cut anywhere, damaged; data conversations that are announced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Login, Transfer } from '../../facts/facts.ts';
import { Match, NEED_MORE, Speaker, type ProtocolDecoder } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { ftp } from './index.ts';
import { extendedHostPort, hostPort, looksLike, replyCode } from './parse.ts';

const CONTROL = { flow: 1, client: 1, server: 2, clientPort: 40_001, serverPort: 21 };
const text = (line: string): Uint8Array => Uint8Array.from(Buffer.from(line, 'latin1'));

/** A decoder with its facts, and the two conversations that are played to it. */
class Play {
  readonly decoder: ProtocolDecoder = ftp.start(0);
  readonly sink = new CheckedSink();
  readonly context = messageContext(this.sink);
  readonly logins: Login[] = [];
  readonly transfers: Transfer[] = [];
  readonly operations: string[] = [];
  readonly rules: string[] = [];
  readonly #waiting = ['', ''];

  constructor() {
    this.sink.onFact = (fact) => {
      if ('verb' in fact) {
        const name = Buffer.from(fact.nameBytes.subarray(fact.nameStart, fact.nameEnd)).toString('latin1');
        this.operations.push(`${fact.verb} ${fact.function} ${name} ${fact.code}`);
      } else if (fact.fact === 'login') this.logins.push(fact);
      else if (fact.fact === 'transfer') this.transfers.push({ ...fact, bytes: fact.bytes.slice() });
      else if (fact.fact === 'violation') this.rules.push(fact.rule);
    };
  }

  say(fromClient: boolean, said: string): this {
    const direction = fromClient ? 0 : 1;
    Object.assign(this.context, CONTROL, { fromClient });
    const bytes = text(this.#waiting[direction]! + said);
    let at = 0;
    while (at < bytes.length) {
      const size = this.decoder.frameSize(bytes, at, bytes.length, this.context);
      if (size === NEED_MORE || at + size > bytes.length) break;
      this.decoder.decode(bytes, at, at + size, this.context);
      at += size;
    }
    this.#waiting[direction] = Buffer.from(bytes.subarray(at)).toString('latin1');
    return this;
  }

  client(...lines: string[]): this {
    return this.say(true, lines.map((line) => `${line}\r\n`).join(''));
  }

  server(...lines: string[]): this {
    return this.say(false, lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Data on a conversation to `serverPort` of host `server`; false: nobody announced it. */
  data(server: number, serverPort: number, fromClient: boolean, said: string, isEnd = true): boolean {
    Object.assign(this.context, { flow: 2, client: 3 - server, server, clientPort: 50_000, serverPort, fromClient });
    if (!this.decoder.isAnnounced!(this.context)) return false;
    const bytes = text(said);
    assert.equal(this.decoder.speaker(bytes, 0, bytes.length), Speaker.unknown);
    this.decoder.decode(bytes, 0, bytes.length, this.context);
    if (isEnd) this.decoder.ended!(2, fromClient, this.context);
    return true;
  }

  close(): this {
    Object.assign(this.context, CONTROL, { fromClient: true });
    this.decoder.closed(1, this.context);
    return this;
  }

  ended(): string[] {
    return this.transfers
      .filter(({ phase }) => phase === 'ended')
      .map(({ name, size, isComplete, direction }) => `${name} ${size} ${isComplete} ${direction}`);
  }

  told(): string[] {
    return this.logins.map(({ user, outcome }) => `${user} ${outcome}`);
  }
}

const loggedIn = (): Play =>
  new Play()
    .server('220-Example', ' more of it', '220 vsFTPd 3.0.3')
    .client('USER operator')
    .server('331 Please specify the password.')
    .client('PASS s3cret')
    .server('230 Login successful.');

test('a login has its user, its outcome and a test of the password', () => {
  const answers: boolean[] = [];
  const play = new Play();
  const onFact = play.sink.onFact;
  play.sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'login') {
      answers.push(fact.test!('s3cret'), fact.test!('S3cret'));
    }
    onFact(fact);
  };
  play.server('220 x').client('USER operator').server('331 x').client('PASS s3cret').server('530 no');
  assert.deepEqual(play.told(), ['operator refused']);
  assert.deepEqual(answers, [true, false]);
  assert.equal(play.logins[0]!.test!('s3cret'), false, 'the password is overwritten');
});

test('a user that needs no password is let in without one; one that was never answered is unknown', () => {
  const play = new Play().client('USER anonymous').server('230 come in').client('PWD');
  assert.deepEqual(play.told(), ['anonymous accepted']);
  assert.deepEqual(new Play().client('USER a', 'PASS b').close().told(), ['a unknown']);
  assert.deepEqual(new Play().client('USER a').server('530 no').told(), ['a refused']);
});

test('what is told when a conversation ends is proven by the frame that named the user', () => {
  const play = new Play();
  play.context.frame = 7;
  play.server('220 ready').client('USER admin');
  // As the flow stage closes: no frame is at hand.
  play.context.frame = 0;
  play.close();
  assert.deepEqual(
    play.logins.map(({ user, frame }) => [user, frame]),
    [['admin', 7]],
  );
});

test('however a dialogue is cut into segments, the facts are the same', () => {
  const dialogue = 'USER operator\r\nPASS s3cret\r\nDELE a b\r\n';
  for (let cut = 0; cut <= dialogue.length; cut++) {
    const play = new Play().say(true, dialogue.slice(0, cut)).say(true, dialogue.slice(cut));
    play.server('331 x', '230-x', '331 no reply', '230 y', '250 gone');
    assert.deepEqual(play.told(), ['operator accepted']);
    assert.deepEqual(play.operations, [`${Verb.delete} 23 a b 0`]);
    assert.deepEqual(play.rules, []);
  }
});

test('a passive file has its name, its bytes and its end', () => {
  const play = loggedIn().client('TYPE I').server('200 x').client('PASV');
  play.server('227 Entering Passive Mode (192,0,2,2,200,10).').client('RETR /prog/main.bin').server('150 go (5 bytes)');
  assert.equal(play.data(2, 51_209, false, 'hello'), false);
  assert.equal(play.data(2, 51_210, false, '220 x'), true);
  assert.deepEqual(play.ended(), []);
  play.server('226 Transfer complete.');
  assert.deepEqual(play.ended(), ['/prog/main.bin 5 true to-client']);
  assert.equal(play.data(2, 51_210, false, 'again'), false);
});

test('an active file goes the way of its command, whoever opened the conversation', () => {
  const play = loggedIn().client('PORT 192,0,2,1,200,10').server('200 x').client('STOR up.txt').server('150 go');
  assert.equal(play.data(1, 51_210, false, 'from the client'), true);
  play.server('226 x');
  assert.deepEqual(play.ended(), ['up.txt 15 true to-server']);
  assert.equal(play.transfers[0]!.client, 1);
});

test('a listing is no file, and what was cut short is not complete', () => {
  const play = loggedIn().client('EPSV').server('229 x (|||51210|)').client('LIST').server('150 x');
  assert.equal(play.data(2, 51_210, false, 'drwx'), true);
  play.server('226 x');
  assert.equal(play.transfers.length, 0);
  play.client('EPSV').server('229 x (|||51211|)').client('REST 3').server('350 x').client('RETR a').server('150 x');
  play.decoder.closed(2, Object.assign(play.context, { flow: 2 }));
  assert.equal(play.data(2, 51_211, false, 'lo', false), true);
  play.decoder.closed(2, Object.assign(play.context, { flow: 2 }));
  play.server('426 aborted');
  assert.deepEqual(play.ended(), ['a 2 false to-client']);
  assert.equal(play.transfers[1]!.offset, 3);
});

test('behind a loss of known size a file goes on at its place, behind one of unknown size it does not go on', () => {
  const play = loggedIn().client('EPSV').server('229 x (|||51210|)').client('RETR a').server('150 x');
  play.data(2, 51_210, false, 'first', false);
  const { context, decoder } = play;
  const piece = (said: string): void => decoder.decode(text(said), 0, said.length, context);
  const lose = (fromClient: boolean, count: number): void => {
    context.fromClient = fromClient;
    decoder.gap(2, fromClient, context);
    assert.equal(decoder.resumes!(2, fromClient, context, count), true);
    context.fromClient = false;
  };
  // What the receiver said says nothing of the file.
  lose(true, 7);
  piece('second');
  lose(false, 1000);
  piece('third');
  lose(false, -1);
  piece('fourth');
  decoder.ended!(2, false, context);
  play.server('226 x');
  const pieces = play.transfers.filter(({ phase }) => phase === 'piece');
  assert.deepEqual(
    pieces.map(({ offset, bytes }) => `${offset} ${Buffer.from(bytes).toString()}`),
    ['0 first', '5 second', '1011 third'],
  );
  assert.deepEqual(play.ended(), ['a 16 false to-client']);
});

test('an announcement that nobody follows is forgotten', () => {
  const play = loggedIn().client('EPSV').server('229 x (|||51210|)');
  play.context.timeUs += 61e6;
  play.decoder.tick(play.context.timeUs, play.context);
  assert.equal(play.data(2, 51_210, false, 'late'), false);
});

test('nobody hides a conversation of two others, or one with a service, behind an announcement', () => {
  const play = loggedIn().client('PORT 192,0,2,1,1,246').server('200 x');
  assert.equal(play.data(1, 502, true, 'x'), false);
  play.client('EPSV').server('229 x (|||51210|)');
  Object.assign(play.context, { flow: 2, client: 9, server: 2, clientPort: 50_000, serverPort: 51_210 });
  assert.equal(play.decoder.isAnnounced!(play.context), false);
});

test('after the agreement on TLS nothing is read', () => {
  const play = new Play().client('AUTH TLS').server('234 go').say(true, '\x16\x03\x01USER a\r\nPASS b\r\n').close();
  assert.deepEqual(play.told(), []);
  assert.deepEqual(play.rules, []);
});

test('renaming, removing and running are operations with the path', () => {
  const play = loggedIn().client('RNFR old').server('350 x').client('RNTO new').server('250 x').client('RMD d');
  play.server('550 x').client('SITE EXEC id').server('200 x').client('MKD m').close();
  assert.deepEqual(play.operations, [
    `${Verb.configure} 21 old 0`,
    `${Verb.delete} 24 d 550`,
    `${Verb.configure} 29 id 0`,
    `${Verb.create} 25 m 0`,
  ]);
});

test('long lines are cut, and the next line is read again', () => {
  const play = new Play().say(true, `USER ${'a'.repeat(10_000)}`).say(true, `${'b'.repeat(9000)}\r\nUSER c\r\n`);
  play.server('331 x', '331 x').close();
  assert.deepEqual(play.rules, ['line-too-long']);
  assert.equal(play.told().at(-1), 'c unknown');
});

test('addresses of data conversations are read in all their forms', () => {
  const read = (of: typeof hostPort, line: string): string => {
    const found = of(text(line), 0, line.length);
    return found === null ? 'none' : `${found.address === null ? '' : [...found.address].join('.')}:${found.port}`;
  };
  assert.equal(read(hostPort, 'Entering Passive Mode 192,0,2,7,1,2'), '192.0.2.7:258');
  assert.equal(read(hostPort, '=192,0,2,256,1,2'), 'none');
  assert.equal(read(hostPort, '114,115'), 'none');
  assert.equal(read(extendedHostPort, '|1|192.0.2.7|6275|'), '192.0.2.7:6275');
  assert.equal(read(extendedHostPort, '|2|2001:db8::1|80|'), '32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1:80');
  assert.equal(read(extendedHostPort, 'ok (|||70000|)'), 'none');
});

test('what only FTP says is recognised anywhere, what mail says too on the usual port alone, the rest nowhere', () => {
  const match = (line: string): number => looksLike(text(line), 0, line.length);
  for (const line of [
    '220 Microsoft FTP Service\r\n',
    '331 Password required\r\n',
    'PORT 192,0,2,1,4,5\r\n',
    'PASV\r\n',
  ])
    assert.equal(match(line), Match.yes, line);
  for (const line of ['220 plant\r\n', 'USER a\r\n', 'QUIT\r\n', 'RETR 1\r\n', 'NOOP\r\n'])
    assert.equal(match(line), Match.maybe, line);
  for (const line of [
    '220 mail ESMTP\r\n',
    '+OK\r\n',
    'EHLO a\r\n',
    'GET / HTTP/1.1\r\n',
    'USER',
    '999 x\r\n',
    'USERS a\r\n',
  ])
    assert.equal(match(line), Match.no, line);
  assert.equal(replyCode(text('22'), 0, 2), 0);
});
