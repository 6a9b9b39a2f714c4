// Hand-made dialogues of Telnet: typed and sent whole, corrected, refused, cut anywhere; negotiation and options.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Login } from '../../facts/facts.ts';
import { Match, Speaker, type ProtocolDecoder } from '../../facts/protocol.ts';
import { telnet } from './index.ts';
import { looksLike, speakerOf } from './parse.ts';
import { isUserPrompt, outcomeOfLine, outcomeOfPrompt } from './prompts.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const NEGOTIATION = '\xff\xfd\x18\xff\xfd\x1f';

class Play {
  readonly decoder: ProtocolDecoder = telnet.start(0);
  readonly sink = new CheckedSink();
  readonly context = messageContext(this.sink);
  readonly logins: string[] = [];
  readonly others: string[] = [];
  readonly #password: string;
  #last: Login | null = null;

  constructor(password = 'secret') {
    this.#password = password;
    this.sink.onFact = (fact) => {
      if ('verb' in fact) assert.fail('Telnet has no operations');
      else if (fact.fact === 'login') {
        this.#last = fact;
        this.logins.push(`${fact.user} ${fact.outcome} ${fact.test?.(this.#password) === true ? 'known' : 'other'}`);
      } else if (fact.fact === 'claim') this.others.push(`${fact.attribute} ${fact.value}`);
      else if (fact.fact === 'trait') this.others.push(`${fact.trait} ${fact.value}`);
    };
  }

  say(fromClient: boolean, text: string): this {
    const bytes = bytesOf(text);
    this.context.fromClient = fromClient;
    this.decoder.decode(bytes, 0, bytes.length, this.context);
    return this;
  }

  /** Each byte alone, echoed by the server where `isEchoed`. */
  type(text: string, isEchoed: boolean): this {
    for (const character of text) {
      this.say(true, character);
      if (isEchoed) this.say(false, character);
    }
    return this;
  }

  server(text: string): this {
    return this.say(false, text);
  }

  client(text: string): this {
    return this.say(true, text);
  }

  close(): this {
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  forgets(): boolean {
    return this.#last?.test?.(this.#password) === false;
  }
}

test('a login that is typed byte by byte and echoed has its user, its password and its outcome', () => {
  const play = new Play().server(`${NEGOTIATION}Ubuntu 20.04 LTS\r\nplc1 login: `).type('opx\x7ferator', true);
  play.client('\r\0').server('\r\nPassword: ').type('sec\x08cret', false).client('\r\0').server('\r\n');
  play.server('Last login: Mon Jan 1 from 192.0.2.1\r\n');
  assert.deepEqual(play.logins, ['operator accepted known']);
  assert.deepEqual(play.others, ['operating-system Ubuntu 20.04 LTS', 'name plc1']);
  assert.ok(play.forgets(), 'the password is overwritten');
});

test('a login that is refused, and then another that a shell follows', () => {
  const play = new Play().server('login: ').client('root\r\n').server('Password:').client('wrong\r\n');
  play.server('\r\nLogin incorrect\r\nlogin: ').client('root\r\n').server('Password: ').client('secret\r\n');
  play.server('\r\n# ');
  assert.deepEqual(play.logins, ['root refused other']);
  play.client('ls\r\n');
  assert.deepEqual(play.logins, ['root refused other', 'root accepted known']);
});

test('another question without a word is a refusal; nothing at all is unknown; a shell at the end is an answer', () => {
  const asked = (): Play => new Play().server('Username: ').client('a\r\n').server('Password: ').client('secret\r\n');
  assert.deepEqual(asked().server('\r\nUsername: ').client('b').logins, ['a refused known']);
  assert.deepEqual(asked().server('\r\n').close().logins, ['a unknown known']);
  assert.deepEqual(asked().server('\r\n<Switch>').close().logins, ['a accepted known']);
  const late = asked().server('\r\nrouter>');
  late.context.timeUs += 4e6;
  late.decoder.tick(late.context.timeUs, late.context);
  assert.deepEqual(late.logins, ['a accepted known']);
});

test('who is asked for the password again is still the same user', () => {
  const play = new Play().server('Username: ').client('a\r\n').server('Password: ').client('wrong\r\n');
  play.server('\r\nPassword: ').client('secret\r\n').server('\r\nrouter>').close();
  assert.deepEqual(play.logins, ['a refused other', 'a accepted known']);
});

test('a password alone, a user without a password, and a user told by an option', () => {
  const cisco = new Play().server('\r\nPassword: ').client('secret\r\n').server('\r\nRouter>').client('e');
  assert.deepEqual(cisco.logins, [' accepted known']);
  const busybox = new Play('').server('camera login: ').client('root\r\n').server('\r\n~ # ').client('l');
  assert.deepEqual(busybox.logins, ['root accepted known']);
  const environment = new Play().client('\xff\xfa\x27\x00\x00USER\x01guest\xff\xf0').server('Password: ');
  environment.client('secret\r\n').close();
  assert.deepEqual(environment.logins, ['guest unknown known']);
  assert.deepEqual(environment.others, ['telnet-user guest']);
});

test('however a dialogue is cut, the facts are the same', () => {
  const server = [`${NEGOTIATION}\x1b[2JDebian GNU/Linux 12\r\nplc1 login: `, '\r\nPassword: ', '\r\nWelcome\r\n$ '];
  const client = ['\xff\xfb\x18\xff\xfa\x18\x00XTERM\xff\xf0root\r\0', 'secret\r\0', 'ls\r\0'];
  let expected: string | null = null;
  for (let size = 1; size < 40; size++) {
    const play = new Play();
    for (let turn = 0; turn < 3; turn++) {
      for (let at = 0; at < server[turn]!.length; at += size) play.server(server[turn]!.slice(at, at + size));
      for (let at = 0; at < client[turn]!.length; at += size) play.client(client[turn]!.slice(at, at + size));
    }
    const facts = [...play.logins, ...play.others].join('; ');
    expected ??= facts;
    assert.equal(facts, expected);
  }
  assert.equal(expected, 'root accepted known; operating-system Debian GNU/Linux 12; telnet-terminal XTERM; name plc1');
});

test('an escaped 255 is text, an encrypted session is not read, a loss drops what was typed', () => {
  const escaped = new Play().server('login: ').client('a\r\n').server('Password: ').client('\xff\xffx\r\n').close();
  assert.deepEqual(escaped.logins, ['a unknown other']);
  const encrypted = new Play().client('\xff\xfa\x26\x03\x00\xff\xf0').server('login: ').client('a\r\n').close();
  assert.deepEqual(encrypted.logins, []);
  const lossy = new Play().server('login: ').client('ro');
  lossy.decoder.gap(lossy.context.flow, true, lossy.context);
  lossy.client('ot\r\n').close();
  assert.deepEqual(lossy.logins, []);
  assert.ok(lossy.decoder.resumes!(1, true, lossy.context, 5));
});

test('negotiation is recognised anywhere, a single command or a prompt on the usual port, other text nowhere', () => {
  const match = (text: string): number => looksLike(bytesOf(text), 0, text.length);
  for (const text of [NEGOTIATION, '\xff\xfa\x18\x01\xff\xf0', 'plc1 login: ', 'Welcome\r\nUsername:'])
    assert.equal(match(text), Match.yes, text);
  for (const text of ['\xff\xfb\x01', '\xff\xfb\x01hello', 'Password: ', 'account>'])
    assert.equal(match(text), Match.maybe, text);
  for (const text of [
    '',
    '\xff',
    '\xff\xfb',
    '\xff\x10\x01',
    '\xff\xfb\x80',
    'GET / HTTP/1.1\r\n',
    'USER a\r\n',
    'login: \r\n',
  ])
    assert.equal(match(text), Match.no, text);
});

test('options tell who is who', () => {
  const speaker = (text: string): number => speakerOf(bytesOf(text), 0, text.length);
  assert.equal(speaker('\xff\xfd\x03\xff\xfb\x18'), Speaker.client);
  assert.equal(speaker('\xff\xfd\x18'), Speaker.server);
  assert.equal(speaker('\xff\xfb\x03'), Speaker.unknown);
  assert.equal(speaker('login: '), Speaker.server);
});

test('what is said after a password is told apart', () => {
  assert.ok(isUserPrompt('switch-7 login:') && isUserPrompt('Enter user name> '));
  assert.ok(!isUserPrompt('Last login:') && !isUserPrompt('login: root') && !isUserPrompt('Users logged in: 3'));
  for (const line of ['Last failed login: Tue', 'Welcome to it', 'Login successful'])
    assert.equal(outcomeOfLine(line), 'accepted');
  for (const line of [
    'Login incorrect',
    '% Bad passwords',
    'Access denied',
    'Authentication failed.',
    'Error: invalid user',
  ])
    assert.equal(outcomeOfLine(line), 'refused', line);
  assert.equal(outcomeOfLine('Info: one user is here'), 'unknown');
  for (const line of ['->', 'C:\\>', 'root@plc:~# ', 'Select option: '])
    assert.equal(outcomeOfPrompt(line), 'accepted');
  assert.equal(outcomeOfPrompt('Password: '), 'refused');
  assert.equal(outcomeOfPrompt(''), 'unknown');
});
