// Features from facts made by hand, the classifier on a small made-up set, and the table as text and as it ships.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Conversation } from '../../facts/facts.ts';
import { Classifier, SETTINGS } from './classifier.ts';
import { DeviceFeatures, FEATURES_MAX } from './features.ts';
import { shippedFingerprints } from './shipped.ts';
import { FingerprintTableError, fingerprintText, joinedTables, parseFingerprints, type Setup } from './table.ts';

const MAC = '02:00:5e:ab:cd:ef';

function conversation(change: Partial<Conversation>): Conversation {
  return {
    fact: 'conversation',
    phase: 'closed',
    timeUs: 2e6,
    frame: 1,
    flow: 1,
    client: 1,
    server: 2,
    transport: 'tcp',
    clientPort: 40_000,
    serverPort: 8080,
    protocol: -1,
    firstUs: 1e6,
    lastUs: 2e6,
    clientPackets: 5,
    serverPackets: 4,
    clientBytes: 400,
    serverBytes: 900,
    gaps: 0,
    isSeenFromStart: true,
    isAnswered: true,
    frames: [],
    ...change,
  };
}

describe('features of a device', () => {
  test('what it talks about, how often, in which order and with which sizes', () => {
    const device = new DeviceFeatures(MAC);
    device.conversation(conversation({ serverPort: 8080 }), 'http', true, false);
    device.conversation(conversation({ transport: 'udp', serverPort: 123, firstUs: 2e6 }), '', true, false);
    device.trait('first-packets', 'client tcp 8080 c0.0 s0.3 c0.1 c120.2 s300.4 c77.1');
    device.trait('tcp-stack', '64:5840:1460:1:mss:df');
    const features = device.list();
    for (const expected of [
      'p:02:00:5e',
      't:client http',
      't:client tcp 8080',
      't:client tcp 8080 packets 4+',
      't:client tcp 8080 sends 120',
      't:client tcp 8080 sends 120, 77',
      't:client tcp 8080 is sent 300',
      't:order start > client tcp 8080',
      't:order client tcp 8080 > client udp 123',
      't:tcp-stack 64:5840:1460:1:mss:df',
    ]) {
      assert.ok(features.includes(expected), expected);
    }
    assert.ok(!features.includes('t:client tcp 8080 packets 6+'));
    assert.deepEqual(features, [...features].sort());
  });

  test('neither addresses nor the MAC address, in whatever notation a device puts it into its names', () => {
    const device = new DeviceFeatures(MAC);
    device.trait('name-asked', 'cam-02005EABCDEF.local ANY');
    device.trait('name-asked', 'f.e.d.c.b.a.e.f.f.f.e.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa ANY');
    device.trait('name-asked', 'cam [02:00:5e:ab:cd:ef]._http._tcp.local ANY');
    device.claim('name', 'dhcp 12', 'camCDEF');
    device.claim('name', 'mdns A', 'cam-192.0.2.7.local');
    device.claim('serial', 'any', '12345');
    device.trait('address-binding', MAC);
    assert.deepEqual(device.list(), [
      'n:asks name-asked *.arpa',
      'n:is dhcp 12 = cam*',
      'n:is mdns A = cam-*.local',
      'n:is mdns probe = cam [*]._http._tcp',
      'n:is mdns probe = cam-*',
      'p:02:00:5e',
    ]);
  });

  test('what the recording decides is left out: the link alone, ports chosen anew, sizes of answers to name queries', () => {
    const device = new DeviceFeatures('');
    device.conversation(conversation({ transport: 'link', serverPort: 0x888e }), '', true, false);
    device.trait('first-packets', 'client link 34958 c135.0 c113.3');
    device.trait('first-packets', 'client udp 58294 c58.0');
    device.trait('first-packets', 'client udp 53 c32.0 s184.3');
    assert.deepEqual(device.list(), [
      't:client udp 53 sends 32',
      't:client udp 53 sends 32 as 1',
      't:client udp sends 58',
      't:client udp sends 58 as 1',
    ]);
  });

  test('a flood of names is bounded', () => {
    const device = new DeviceFeatures(MAC);
    for (let index = 0; index < 5000; index++) device.trait('name-asked', `x${index}.example A`);
    assert.equal(device.list().length, FEATURES_MAX);
  });

  test('any text is taken', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        const device = new DeviceFeatures(MAC);
        device.trait('first-packets', value);
        device.trait(name, value);
        device.trait('name-asked', value);
        for (const feature of device.list()) assert.match(feature, /^[tnp]:/);
      }),
    );
  });
});

/** Twelve features of its own, twelve that all have, and one that is there by chance. */
function madeUp(type: string, chance: number): Setup {
  const own = Array.from({ length: 12 }, (_, index) => `t:${type} ${index}`);
  const shared = Array.from({ length: 12 }, (_, index) => `t:shared ${index}`);
  return { type, features: [...own, ...shared, `t:chance ${chance}`] };
}

const MADE_UP: readonly Setup[] = ['lamp', 'plug', 'scale'].flatMap((type) =>
  [0, 1, 2, 3].map((chance) => madeUp(type, chance)),
);

describe('the classifier', () => {
  const classifier = new Classifier({ types: [], setups: MADE_UP });

  test('a known type is named, with what speaks for it', () => {
    const answer = classifier.identify(madeUp('plug', 2).features);
    assert.equal(answer.type, 'plug');
    assert.ok(answer.confidence > 0.9);
    assert.deepEqual(answer.alternatives, []);
    assert.match(answer.for[0]!, /^t:plug/);
    assert.deepEqual(answer.against, []);
  });

  test('a type that was not learned is unknown, and what speaks against the nearest is told', () => {
    const answer = classifier.identify(madeUp('kettle', 2).features);
    assert.equal(answer.type, '');
    assert.notEqual(answer.nearest, '');
    assert.match(answer.against[0]!, /^absent: t:/);
  });

  test('of what is too little nothing is said, and an empty table says nothing', () => {
    assert.equal(classifier.identify(['t:plug 0', 't:plug 1']).nearest, '');
    assert.equal(new Classifier({ types: [], setups: [] }).identify(madeUp('plug', 1).features).type, '');
  });

  test('two types that behave alike are both named', () => {
    const twins = [0, 1, 2].map((chance) => ({ ...madeUp('plug', chance), type: 'plug of another name' }));
    const answer = new Classifier({ types: [], setups: [...MADE_UP, ...twins] }).identify(madeUp('plug', 1).features);
    const named = [answer.type, ...answer.alternatives].sort();
    assert.deepEqual(named, ['plug', 'plug of another name']);
    assert.ok(answer.confidence < 0.6);
  });

  const saying = (count: number, name: (index: number) => string): Classifier =>
    new Classifier({
      types: [],
      setups: Array.from({ length: count }, (_, index) => ({
        type: 'plug',
        features: [...madeUp('plug', index).features, `n:is dhcp 12 = ${name(index)}`],
      })),
    });
  const named = (name: string): string[] => [...madeUp('plug', 1).features, `n:is dhcp 12 = ${name}`];

  test('of two types that behave alike it is the one that the device says it is, however little that weighs', () => {
    const setups = [0, 1, 2].flatMap((chance) => {
      const alike = madeUp('plug', chance).features;
      const more = Array.from({ length: 6 }, (_, index) => `t:more ${index}`);
      return [
        { type: 'plug', features: [...alike, 'n:is dhcp 12 = hs100'] },
        { type: 'socket', features: [...alike, ...more, 'n:is dhcp 12 = hs110'] },
      ];
    });
    const classifier = new Classifier({ types: [], setups }, { ...SETTINGS, saysWhatItIs: 1 });
    assert.equal(classifier.identify(madeUp('plug', 1).features).nearest, 'plug');
    assert.equal(classifier.identify(named('hs110')).nearest, 'socket');
  });

  test('who says that it is something else than all of the type say is unknown, and what it says is told', () => {
    const classifier = saying(4, () => 'hs100');
    const other = classifier.identify(named('hs110'));
    assert.deepEqual([other.type, other.nearest, other.contradiction], ['', 'plug', 'n:is dhcp 12 = hs110']);
    for (const features of [named('hs100'), madeUp('plug', 1).features]) {
      const answer = classifier.identify(features);
      assert.deepEqual([answer.type, answer.contradiction], ['plug', '']);
    }
  });

  test('a name of its own contradicts nothing where the type has no one name, or where too few were seen', () => {
    for (const classifier of [saying(4, (index) => `room ${index}`), saying(2, () => 'hs100')]) {
      const answer = classifier.identify(named('kitchen'));
      assert.deepEqual([answer.type, answer.contradiction], ['plug', '']);
    }
  });

  test('the second look goes by what tells two types apart, however much they share', () => {
    const platform = Array.from({ length: 60 }, (_, index) => `t:platform ${index}`);
    const sibling = (type: string, mark: string): Setup[] =>
      [0, 1, 2, 3].map((chance) => ({ type, features: [...platform, mark, `t:chance ${chance}`] }));
    const siblings = new Classifier({ types: [], setups: [...sibling('siren', 't:a'), ...sibling('sensor', 't:b')] });
    assert.equal(siblings.identify([...platform, 't:b', 't:chance 9']).nearest, 'sensor');
    assert.equal(siblings.identify([...platform, 't:a', 't:chance 9']).nearest, 'siren');
  });

  test('the order of features and of setups changes nothing but the order of equals', () => {
    const features = madeUp('scale', 3).features;
    const turned = new Classifier({ types: [], setups: [...MADE_UP].reverse() });
    const first = classifier.identify(features);
    const second = turned.identify([...features].reverse());
    assert.equal(second.type, first.type);
    assert.ok(Math.abs(second.surprise - first.surprise) < 1e-9);
    assert.deepEqual(second.for, first.for);
  });
});

describe('the table', () => {
  const types = [
    { name: 'lamp', vendor: 'V', model: 'M' },
    { name: 'plug', vendor: '', model: '' },
    { name: 'scale', vendor: '', model: '' },
  ];

  test('what is written is read back, and the same table is the same text', () => {
    const text = fingerprintText({ types, setups: MADE_UP }, ['a comment']);
    const read = parseFingerprints(text);
    assert.deepEqual(read.types, types);
    assert.deepEqual(
      read.setups.map(({ features }) => features),
      MADE_UP.map(({ features }) => [...features].sort()),
    );
    assert.equal(fingerprintText(read, ['a comment']), text);
  });

  for (const [text, problem] of [
    ['nonsense', /^line 1: a word, a tab/],
    ['feature\tx', /^line 1: a feature begins/],
    ['# c\nsetup\tlamp\t0', /^line 2: no type of that name/],
    ['type\tlamp\nsetup\tlamp\t0', /^line 2: a setup names a feature/],
    ['type\tlamp\nsetup\tlamp\t-1', /^line 2: a setup names a feature/],
    ['other\tlamp', /^line 1: is none of/],
  ] as const) {
    test(`a table that is wrong is told with its line: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseFingerprints(text),
        (error) => error instanceof FingerprintTableError && problem.test(error.message),
      );
    });
  }

  test("a table of one's own adds to the one that ships", () => {
    const shipped = shippedFingerprints();
    const joined = joinedTables(shipped, { types, setups: MADE_UP });
    assert.equal(joined.setups.length, shipped.setups.length + MADE_UP.length);
    assert.equal(new Classifier(joined).identify(madeUp('lamp', 1).features).type, 'lamp');
  });

  test('the table that ships holds no whole MAC address and no IPv4 address', () => {
    const { setups, types: shippedTypes } = shippedFingerprints();
    assert.equal(shippedTypes.length, 27);
    for (const feature of new Set(setups.flatMap(({ features }) => features))) {
      assert.doesNotMatch(feature, /(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}/i);
      assert.doesNotMatch(feature, /^n:.*\b\d+\.\d+\.\d+\.\d+\b/);
    }
  });
});
