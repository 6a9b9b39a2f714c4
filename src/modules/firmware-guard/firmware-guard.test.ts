// What makes firmware-guard speak and what does not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KnownFirmware } from '../../facts/firmware.ts';
import { analyze } from '../../engine/analysis.ts';
import type { Intent, MaintenanceWindow } from '../../facts/intent.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { BlockHashes } from '../../transfers/block-hashes.ts';
import { Rehearsal } from '../rehearsal.ts';
import { firmwareGuard } from './index.ts';
import { KINDS } from './kinds.ts';

const MINUTE_US = 60_000_000;

/** A U-Boot image for this architecture (5: MIPS, 2: ARM) whose bytes do not repeat. */
function ubootImage(bytes = 40_000, seed = 1, architecture = 5): Uint8Array {
  const image = new Uint8Array(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    image[at] = state >>> 16;
  }
  image.set([0x27, 0x05, 0x19, 0x56]);
  image[29] = architecture;
  return image;
}

function knownGood(image: Uint8Array, change: Partial<KnownFirmware['images'][number]> = {}): KnownFirmware {
  const hashes = new BlockHashes();
  hashes.piece(0, image);
  const sha256 = createHash('sha256').update(image).digest('hex');
  const words = { vendor: 'Acme', model: 'P1', version: '2.0', name: 'p1.bin' };
  return { signer: '', images: [{ sha256, ...words, size: image.length, ...hashes.end(), ...change }] };
}

function changedAt(image: Uint8Array, offset: number): Uint8Array {
  const copy = image.slice();
  copy[offset]! ^= 1;
  return copy;
}

function withText(image: Uint8Array, offset: number, text: string): Uint8Array {
  const copy = image.slice();
  copy.set(Buffer.from(text, 'latin1'), offset);
  return copy;
}

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly known?: KnownFirmware;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

const GOOD = ubootImage();

const FIRES: readonly Case[] = [
  {
    kind: 'image-sent',
    what: 'a U-Boot image that a controller is sent',
    play: (rehearsal) => rehearsal.file(GOOD, { name: 'update' }),
    severity: 'low',
    says: /192\.0\.2\.1 sent 192\.0\.2\.2 an image «update» of 40,000 bytes, whole \[uboot-image, MIPS\] by file \(its content is uboot-image\): SHA-256 [0-9a-f]{64}\.$/,
  },
  {
    kind: 'image-sent',
    what: 'an unknown content under the name of an image, to a controller',
    play: (rehearsal) => rehearsal.file(new Uint8Array(5000).fill(0xf7), { name: 'cpu.bin' }),
    says: /its name ends like that of an image/,
  },
  {
    kind: 'image-sent',
    what: 'an image in the known-good set',
    known: knownGood(GOOD),
    play: (rehearsal) => rehearsal.file(GOOD),
    severity: 'info',
    says: /known to be good: Acme P1 2\.0/,
  },
  {
    kind: 'image-incomplete',
    what: 'an image of which a piece was not seen',
    play: (rehearsal) => rehearsal.file(GOOD, {}, [7]),
    severity: 'medium',
    says: /1,000 bytes of it were not seen, the first 1,000 at byte 7,000/,
  },
  {
    kind: 'image-incomplete',
    what: 'an image whose end was not seen',
    play: (rehearsal) => rehearsal.file(GOOD, { isComplete: false }),
    says: /ended after 40,000 bytes/,
  },
  {
    kind: 'image-unknown',
    what: 'an image that is not in the set',
    known: knownGood(GOOD),
    play: (rehearsal) => rehearsal.file(ubootImage(30_000, 9)),
    severity: 'high',
    says: /none of the 1 known images/,
  },
  {
    kind: 'image-altered',
    what: 'one byte of a known image is another',
    known: knownGood(GOOD),
    play: (rehearsal) => rehearsal.file(changedAt(GOOD, 21_000)),
    severity: 'critical',
    says: /9 blocks are those of Acme P1 2\.0, 1 differ \(bytes: 4,096 at 20,480\)/,
  },
  {
    kind: 'downgrade',
    what: 'a known image that is older than what the device reports',
    known: knownGood(GOOD),
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: 'V2.10' });
      rehearsal.file(GOOD);
    },
    says: /it is Acme P1 2\.0, and the device reports V2\.10/,
  },
  {
    kind: 'downgrade',
    what: 'a device that reports an older version than before',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '3.1' });
      rehearsal.claim({ attribute: 'firmware', value: '2.9', timeUs: MINUTE_US });
    },
  },
  {
    kind: 'version-changed-unseen',
    what: 'another version without an image',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '3.1' });
      rehearsal.claim({ attribute: 'firmware', value: '3.2', timeUs: MINUTE_US });
    },
    says: /reports firmware 3\.2 \(fieldbus identity\), and before 3\.1/,
  },
  {
    kind: 'version-unchanged',
    what: 'the same version long after an image',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '3.1' });
      rehearsal.file(GOOD, { timeUs: MINUTE_US });
      rehearsal.claim({ attribute: 'firmware', value: '3.1', timeUs: 12 * MINUTE_US });
    },
  },
  {
    kind: 'unusual-carrier',
    what: 'a topic of readings under which an image is published',
    play: (rehearsal) => {
      const publish = (verb: number): void =>
        rehearsal.operation({ protocol: 1, verb, first: 9, nameBytes: Buffer.from('a/b'), nameStart: 0, nameEnd: 3 });
      for (let count = 0; count < 20; count++) publish(Verb.publish);
      publish(Verb['firmware-download']);
    },
    severity: 'high',
    says: /published an image under a\/b; 20 times before/,
  },
  {
    kind: 'unusual-carrier',
    what: 'a pair of hosts that exchanged other files only',
    play: (rehearsal) => {
      for (let count = 0; count < 20; count++) rehearsal.file(Buffer.from('a,b,c\n'.repeat(99)), { name: 'day.csv' });
      rehearsal.file(GOOD);
    },
  },
  {
    kind: 'update-mode',
    what: 'a device that is asked to begin an update',
    play: (rehearsal) => rehearsal.operation({ verb: Verb['firmware-download'], function: 99 }),
    says: /by Fieldbus \(begin update\)/,
  },
  {
    kind: 'same-image',
    what: 'three devices are sent the same image',
    play: (rehearsal) => [2, 3, 4].forEach((server) => rehearsal.file(GOOD, { server })),
    says: /3 devices were sent the same image .*192\.0\.2\.2, 192\.0\.2\.3, 192\.0\.2\.4\./,
  },
  {
    kind: 'image-does-not-fit',
    what: 'a known image of another maker',
    known: knownGood(GOOD),
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'vendor', value: 'Bolt Works' });
      rehearsal.file(GOOD);
    },
    severity: 'high',
  },
  {
    kind: 'image-does-not-fit',
    what: 'an image for another processor than the one before',
    play: (rehearsal) => {
      rehearsal.file(GOOD);
      rehearsal.file(ubootImage(40_000, 3, 2));
    },
    says: /it is for ARM, and an image that the device was sent before is for MIPS/,
  },
  {
    kind: 'image-does-not-fit',
    what: 'a known image for another model',
    known: knownGood(GOOD),
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'model', value: 'Q7 Compact' });
      rehearsal.file(GOOD);
    },
    severity: 'medium',
    says: /it is for the model P1, and the device says that it is a Q7 Compact/,
  },
  {
    kind: 'image-does-not-fit',
    what: 'another kind of image than those before',
    play: (rehearsal) => {
      rehearsal.file(GOOD);
      rehearsal.file(ubootImage(40_000, 4));
      rehearsal.file(withText(GOOD, 0, 'hsqs'));
    },
    severity: 'low',
    says: /it is squashfs, and all images that the device was sent before are uboot-image/,
  },
  {
    kind: 'secrets-inside',
    what: 'a private key that lies across the border of two pieces',
    play: (rehearsal) => rehearsal.file(withText(GOOD, 990, '-----BEGIN RSA PRIVATE KEY-----')),
    says: /inside: private key\.$/,
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'image-sent',
    what: 'the pictures and pages of a web server',
    play: (rehearsal) => {
      const picture = withText(new Uint8Array(5000), 0, '\x89PNG\r\n\x1a\n');
      rehearsal.file(picture, { direction: 'to-client', protocol: 'http', name: '/logo.png' });
      rehearsal.file(Buffer.from('<html>firmware</html>'), { direction: 'to-client', name: '/firmware.html' });
    },
  },
  {
    kind: 'image-sent',
    what: 'a capture and a log over FTP, also under the name of an image',
    play: (rehearsal) => {
      const capture = new Uint8Array(5000).fill(3);
      capture.set([0xd4, 0xc3, 0xb2, 0xa1]);
      rehearsal.file(capture, { protocol: 'ftp', name: 'night.bin' });
      rehearsal.file(Buffer.from('08:00 started\n'.repeat(50)), { protocol: 'ftp', name: 'firmware-update.log' });
    },
  },
  {
    kind: 'image-sent',
    what: 'a .bin of unknown content between office machines',
    play: (rehearsal) => rehearsal.file(new Uint8Array(5000).fill(0xf7), { protocol: 'ftp', name: 'data.bin' }),
  },
  {
    kind: 'image-sent',
    what: 'an image that is read from a controller as a copy',
    play: (rehearsal) => rehearsal.file(GOOD, { direction: 'to-client' }),
  },
  { kind: 'image-incomplete', what: 'a whole image', play: (rehearsal) => rehearsal.file(GOOD) },
  {
    kind: 'image-incomplete',
    what: 'an image without a gap, where the protocol does not tell the end',
    play: (rehearsal) => rehearsal.file(GOOD, { isComplete: false, ending: 'silence' }),
  },
  { kind: 'image-unknown', what: 'an unknown image without a set', play: (rehearsal) => rehearsal.file(GOOD) },
  {
    kind: 'image-altered',
    what: 'a known image that was cut short',
    known: knownGood(GOOD),
    play: (rehearsal) => rehearsal.file(GOOD.subarray(0, 30_500), { isComplete: false }, [30]),
  },
  {
    kind: 'downgrade',
    what: 'a newer version, of which the numbers have more digits',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '2.9' });
      rehearsal.claim({ attribute: 'firmware', value: '2.10', timeUs: MINUTE_US });
    },
  },
  {
    kind: 'version-changed-unseen',
    what: 'another version after an image',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '3.1' });
      rehearsal.file(GOOD, { timeUs: MINUTE_US });
      rehearsal.claim({ attribute: 'firmware', value: '3.2', timeUs: 2 * MINUTE_US });
    },
  },
  {
    kind: 'version-unchanged',
    what: 'the same version right after an image',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'firmware', value: '3.1' });
      rehearsal.file(GOOD, { timeUs: MINUTE_US });
      rehearsal.claim({ attribute: 'firmware', value: '3.1', timeUs: 2 * MINUTE_US });
    },
  },
  {
    kind: 'unusual-carrier',
    what: 'a topic that carries images all the time',
    play: (rehearsal) => {
      for (let count = 0; count < 40; count++) rehearsal.operation({ protocol: 1, verb: Verb['firmware-download'] });
    },
  },
  {
    kind: 'update-mode',
    what: 'the data of an update',
    play: (rehearsal) => rehearsal.operation({ verb: Verb['firmware-download'] }),
  },
  {
    kind: 'same-image',
    what: 'one device that is sent an image three times',
    play: (rehearsal) => [1, 2, 3].forEach(() => rehearsal.file(GOOD)),
  },
  {
    kind: 'image-does-not-fit',
    what: 'the maker’s full name',
    known: knownGood(GOOD),
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'vendor', value: 'ACME Controls Inc.' });
      rehearsal.file(GOOD);
    },
  },
  {
    kind: 'image-does-not-fit',
    what: 'the model as the device writes it',
    known: knownGood(GOOD),
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'model', value: 'Acme P-1/24V' });
      rehearsal.file(GOOD);
    },
  },
  {
    kind: 'update-mode',
    what: 'an update that the device refuses to begin',
    play: (rehearsal) =>
      rehearsal.operation({ verb: Verb['firmware-download'], function: 99, outcome: Outcome.refused, code: 1 }),
  },
  { kind: 'secrets-inside', what: 'an image without secrets', play: (rehearsal) => rehearsal.file(GOOD) },
];

function played({ known, play }: Case): Rehearsal {
  const rehearsal = new Rehearsal(firmwareGuard, newLearning(), undefined, known);
  play(rehearsal);
  rehearsal.handlers.end?.(0);
  return rehearsal;
}

describe('fires', () => {
  for (const each of FIRES) {
    test(`${each.kind}: ${each.what}`, () => {
      const raised = played(each).raised.filter(({ kind }) => kind === `firmware-guard/${each.kind}`);
      assert.ok(raised.length > 0, 'not raised');
      if (each.severity !== undefined) assert.equal(raised[0]!.severity, each.severity);
      if (each.says !== undefined) assert.match(raised[0]!.explanation, each.says);
    });
  }
});

describe('quiet', () => {
  for (const each of QUIET) {
    test(`${each.kind}: ${each.what}`, () => {
      assert.ok(!played(each).kinds().includes(`firmware-guard/${each.kind}`));
    });
  }
});

test('every kind has a case that raises it and one that does not', () => {
  for (const { kind } of KINDS) {
    const name = kind.slice('firmware-guard/'.length);
    assert.ok(
      FIRES.some((each) => each.kind === name),
      `nothing raises ${name}`,
    );
    assert.ok(
      QUIET.some((each) => each.kind === name),
      `nothing leaves ${name} quiet`,
    );
  }
});

test('a secret inside an image is named and never shown', () => {
  const rehearsal = new Rehearsal(firmwareGuard);
  rehearsal.file(withText(GOOD, 5000, 'root:$6$saltsalt$HASHED'));
  const text = JSON.stringify(rehearsal.raised);
  assert.match(text, /password file with a hash/);
  assert.doesNotMatch(text, /saltsalt|HASHED/);
});

test('what a device reported and was sent is told in its history', () => {
  const rehearsal = new Rehearsal(firmwareGuard, newLearning(), undefined, knownGood(GOOD));
  rehearsal.claim({ attribute: 'firmware', value: '1.9' });
  rehearsal.claim({ attribute: 'firmware', value: '1.9', timeUs: MINUTE_US });
  rehearsal.file(GOOD, { name: 'p1.bin', timeUs: 2 * MINUTE_US });
  rehearsal.claim({ attribute: 'firmware', value: '2.0', timeUs: 3 * MINUTE_US });
  const told = rehearsal.firmware.map(({ what, version, verdicts }) => [what, version, ...verdicts]);
  assert.deepEqual(told, [
    ['reported', '1.9'],
    ['sent', '2.0', 'firmware-guard/image-sent'],
    ['reported', '2.0'],
  ]);
});

const REAL = fileURLToPath(new URL('../../../../shared/captures/', import.meta.url));
const REAL_CAPTURES: readonly [path: string, kinds: readonly string[]][] = [
  ['ITI__ICS-Security-Tools/pcaps/openics/EIP-FirmwareChange.pcap', ['update-mode', 'image-sent']],
  ['ITI__ICS-Security-Tools/pcaps/openics/EIP-SoftwareUpload.pcap', []],
];

for (const [path, kinds] of REAL_CAPTURES) {
  const skip = existsSync(`${REAL}${path}`) ? false : 'skipped: the collection of real captures is not there';
  test(`real capture ${path.split('/').at(-1)!} raises ${kinds.join(', ') || 'nothing'}`, { skip }, async () => {
    const { alerts } = await analyze({ paths: [`${REAL}${path}`] });
    const raised = alerts.map(({ kind }) => kind).filter((kind) => kind.startsWith('firmware-guard/'));
    assert.deepEqual(raised.sort(), kinds.map((kind) => `firmware-guard/${kind}`).sort());
  });
}

/** Host 1 is the engineering station, and now is a maintenance window. */
const PLANNED = {
  isMaster: () => false,
  isEngineeringStation: (host: number) => host === 1,
  windowAt: () => ({ name: 'spring' }) as MaintenanceWindow,
} as unknown as Intent;

test('an update by the engineering station in a maintenance window is noted only, an altered image is not', () => {
  const planned = new Rehearsal(firmwareGuard, newLearning(), PLANNED, knownGood(GOOD));
  planned.operation({ verb: Verb['firmware-download'], function: 99 });
  planned.claim({ attribute: 'firmware', value: '3.1' });
  planned.claim({ attribute: 'firmware', value: '3.2', timeUs: MINUTE_US });
  assert.deepEqual(
    planned.raised.map(({ severity }) => severity),
    ['info', 'info'],
  );
  assert.match(planned.raised[0]!.explanation, /the maintenance window "spring"/);
  planned.file(changedAt(GOOD, 21_000));
  assert.equal(planned.raised.at(-1)!.severity, 'critical');
});

test('an update by another host in a maintenance window is told as ever', () => {
  const planned = new Rehearsal(firmwareGuard, newLearning(), PLANNED);
  planned.file(GOOD, { client: 3 });
  assert.equal(planned.raised[0]!.severity, 'low');
});
