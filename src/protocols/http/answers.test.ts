// Which request an answer is given to: every answer says in its content what was asked, and segments are lost at the tap.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fractions } from '../../../fuzz/random.ts';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { FlowTracker } from '../../flow/tracker.ts';
import { Play } from './example-messages.ts';
import { Wire } from './example-wire.ts';

const request = (name: string, method = 'GET'): string => `${method} /${name} HTTP/1.1\r\nHost: plant.example\r\n\r\n`;

function answer(name: string, status = '200 OK'): string {
  const content = `[${name}]`;
  return `HTTP/1.1 ${status}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

interface Given {
  right: number;
  unknown: number;
  wrong: number;
}

/** Files that came whole: by the request that they were given to. */
function judged({ files }: Wire, given: Given): void {
  for (const { name, text } of files) {
    if (!/^\[\w+\]$/.test(text)) continue;
    if (`[${name}]` === text) given.right++;
    else if (name === '') given.unknown++;
    else given.wrong++;
  }
}

/** Forty requests, at most `depth` of them unanswered, and their answers, in one segment or two. */
function played(seed: number, depth: number, lossOfClient: number, lossOfServer: number): Wire {
  const next = fractions(seed);
  const wire = new Wire();
  let asked = 0;
  let answered = 0;
  let received = 0;
  let notReceived = 0;
  const receiveAll = (): void => {
    received = answered;
    notReceived = 0;
  };
  while (answered < 40) {
    const mayAsk = asked < 40 && asked - received < depth;
    if (mayAsk && (asked === answered || next() < 0.5)) {
      wire.send(true, request(`${++asked}`), next() < lossOfClient, notReceived);
    } else if (asked > answered) {
      const text = answer(`${++answered}`);
      const cut = next() < 0.3 ? 1 + Math.floor(next() * (text.length - 1)) : 0;
      if (cut > 0) wire.send(false, text.slice(0, cut), next() < lossOfServer);
      wire.send(false, text.slice(cut), next() < lossOfServer);
      notReceived += text.length;
      if (depth === 1 || next() < 0.6) receiveAll();
    } else receiveAll();
  }
  return wire.end();
}

function givenOf(depth: number, lossOfClient: number, lossOfServer: number): Given {
  const given = { right: 0, unknown: 0, wrong: 0 };
  for (let seed = 1; seed <= 60; seed++) judged(played(seed, depth, lossOfClient, lossOfServer), given);
  return given;
}

test('where nothing is lost every answer is given to its request, however many wait', () => {
  for (const depth of [1, 2, 4, 8]) assert.deepEqual(givenOf(depth, 0, 0), { right: 2400, unknown: 0, wrong: 0 });
});

test('a client that waits for answers: whatever is lost, none is given to another request', () => {
  for (const [client, server] of [
    [0, 0.1],
    [0.1, 0],
    [0.1, 0.1],
    [0.4, 0.4],
  ] as const) {
    const given = givenOf(1, client, server);
    assert.equal(given.wrong, 0, `${client} and ${server} lost`);
    // Of a client of which nothing is lost all answers find their request.
    if (client === 0) assert.equal(given.unknown, 0);
    assert.ok(given.right > 400);
  }
});

test('pipelining: answers that are lost make no later one wrong', () => {
  for (const depth of [2, 4, 8]) {
    const given = givenOf(depth, 0, 0.05);
    assert.equal(given.wrong, 0);
    assert.ok(given.right > given.unknown, `${given.right} right, ${given.unknown} unknown`);
  }
});

test('the first that is seen of the server may be the answer to a later request', () => {
  const wire = new Wire().send(true, request('a'), false).send(false, answer('a'), true);
  wire.send(true, request('b'), false).send(false, answer('b'), false).end();
  assert.deepEqual(wire.files, [{ name: 'b', text: '[b]' }]);
  const unseen = new Wire().send(true, request('a'), false).send(false, answer('a'), true);
  unseen.send(true, request('b'), true).send(false, answer('b'), false).end();
  assert.deepEqual(unseen.files, [{ name: '', text: '[b]' }]);
});

test('the rest of an answer whose head was not seen is an answer', () => {
  const wire = new Wire().send(true, request('a'), false);
  const cut = answer('a').length - 2;
  wire.send(false, answer('a').slice(0, cut), true).send(false, answer('a').slice(cut), false);
  wire.send(true, request('b'), false).send(false, answer('b'), false).end();
  assert.deepEqual(wire.files, [{ name: 'b', text: '[b]' }]);
});

test('a request that got nothing for long is given up with the next answer', () => {
  const wire = new Wire().send(true, request('a'), false).wait(60e6).send(true, request('b'), false);
  wire.send(false, answer('b'), false);
  for (const name of ['c', 'd']) wire.send(true, request(name), false).send(false, answer(name), false);
  wire.end();
  assert.deepEqual(
    wire.files.map(({ name }) => name),
    ['', 'c', 'd'],
  );
});

test('an interim answer that is lost costs the request nothing', () => {
  const head = 'POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n';
  const wire = new Wire().send(true, request('x'), false).send(false, answer('x'), false).send(true, head, false);
  wire.send(false, 'HTTP/1.1 100 Continue\r\n\r\n', true).send(true, 'ok', false).send(false, answer('a'), false).end();
  assert.deepEqual(
    wire.files.map(({ name }) => name),
    ['x', 'a', 'a'],
  );
});

test('a login and an operation whose answer was lost have no outcome, and that of the next is its own', () => {
  const login = (secret: string): string => {
    const value = Buffer.from(`user:${secret}`).toString('base64');
    return `PUT /${secret} HTTP/1.1\r\nAuthorization: Basic ${value}\r\nContent-Length: 0\r\n\r\n`;
  };
  const play = new Play('one', 'two').client(login('one')).lost(false, 50).client(login('two')).server(answer('two'));
  assert.deepEqual(play.told(), ['unknown http-basic user one', 'accepted http-basic user two']);
  assert.equal(play.operations.length, 2);
  assert.match(play.operations[0]!, /\/one 2 0$/);
  assert.match(play.operations[1]!, /\/two 0 0$/);
});

const BRUTE_SHARK = 'odedshimon__BruteShark/Pcap_Examples/';
const NTLM = join(REAL_CAPTURES, BRUTE_SHARK, 'HTTP - NTLM.pcap');
const isThere = existsSync(NTLM);
const skip = isThere ? false : 'skipped: no real captures here';

/** Frame in which each file begins to come, and its name. `isLost`: of each frame. */
async function namesOf(path: string, isLost: (frame: number) => boolean): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const whole = Object.getOwnPropertyDescriptor(FlowTracker.prototype, 'packet')!;
  const packet = whole.value as FlowTracker['packet'];
  FlowTracker.prototype.packet = function (record) {
    if (!isLost(record.frame)) packet.call(this, record);
  };
  try {
    const sink = deafSink({
      transfer: ({ protocol, phase, direction, frame, name }) => {
        if (protocol === 'http' && phase === 'begun' && direction === 'to-client') names.set(frame, name);
      },
    });
    assert.ok(await readFacts(path, sink));
  } finally {
    Object.defineProperty(FlowTracker.prototype, 'packet', whole);
  }
  return names;
}

test('a capture in which most answers are cut off: each file has the name that was asked for', { skip }, async () => {
  // By hand, from sequence and acknowledgment numbers.
  const asked: [number, string][] = [
    [6, '/'],
    [35, 'blank.gif'],
    [36, 'menudark.gif'],
    [47, 'helpicon.gif'],
    [52, 'gosearch.gif'],
    [54, 'whitearrow.gif'],
    [56, 'Menu1.gif'],
    [58, 'recycbin.gif'],
    [61, 'rect.gif'],
    [71, 'siteTitleBKGD.gif'],
    [73, 'pageTitleBKGD.gif'],
    [75, 'siteactionsmenugrad.gif'],
    [77, 'quickLaunchHeader.gif'],
    [78, 'topnavselected.gif'],
    [79, 'navBullet.gif'],
    [80, 'pagebackgrad.gif'],
  ];
  assert.deepEqual([...(await namesOf(NTLM, () => false))], asked);
});

for (const name of [
  `${BRUTE_SHARK}HTTP - NTLM.pcap`,
  `${BRUTE_SHARK}HTTP - Basic Authentication.pcap`,
  'iot-sentinel/HueBridge/Setup-C-2-STA.pcap',
  'iot-sentinel/HueSwitch/Setup-C-3-STA.pcap',
  'iot-sentinel/Withings/Setup-C-2-STA.pcap',
]) {
  test(`${name} with a tenth of its frames lost: no file has the name of another`, { skip }, async () => {
    const path = join(REAL_CAPTURES, name);
    const whole = await namesOf(path, () => false);
    let right = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const next = fractions(seed);
      for (const [frame, told] of await namesOf(path, () => next() < 0.1)) {
        const asked = whole.get(frame);
        if (told === '' || asked === undefined) continue;
        assert.equal(told, asked, `frame ${frame} of seed ${seed}`);
        right++;
      }
    }
    assert.ok(right > 0);
  });
}
