// Logins and files in real captures: users as the list of the collection has them, files as tshark exports them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const ZEEK = 'zeek__zeek/testing/btest/Traces/ftp';
const SURICATA = 'OISF__suricata-verify/tests';
const SNORT = 'snort3__snort3_demo/tests/inspectors/ftp';
const LIST = join(REAL_CAPTURES, 'LOGINS.tsv');

const SKIP = existsSync(LIST) ? false : 'skipped: no real captures here';

/** Users with the outcome that the replies tell; all others of the list were let in. */
const OUTCOMES: ReadonlyMap<string, string> = new Map([
  [`${ZEEK}/bruteforce.pcap`, 'refused'],
  [`${ZEEK}/ftp-password-pass-command.pcap`, 'refused'],
  // The refusal stands in the middle of a line that began with binary bytes.
  [`${ZEEK}/ipv6-violation.pcap`, 'unknown'],
]);

const INDEX = '39 c7d0a1ea4ab73fa3e7cd72fc1eb5b492 index.html';
const ROBOTS = '77 614c17288dad92fbe61f58731dacfea3 robots.txt';
/** Size, MD5 and name of what `tshark --export-objects ftp-data` writes; the file of `retr` it cannot write ("/README"). */
const FILES: readonly (readonly [string, readonly string[]])[] = [
  [`${SURICATA}/filestore-ftp-active-mode/ftp-active-mode.pcap`, [INDEX]],
  [`${SURICATA}/filestore-ftp-passive-mode/ftp-passive-mode.pcap`, [INDEX]],
  [`${SURICATA}/ftp/ftp-download-active/input.pcap`, [INDEX]],
  [`${SURICATA}/ftp/ftp-download-passive/input.pcap`, [INDEX]],
  [`${SURICATA}/ftp/ftp-upload-active/input.pcap`, [INDEX]],
  [`${SURICATA}/ftp/ftp-upload-passive/input.pcap`, [INDEX]],
  ['kqdssheng__Pcap/ftp（主动模式）.pcap', ['130 cb4e269be37ee4d7733234cc306379b6 create cmdcmd.bat']],
  ['kqdssheng__Pcap/ftp（被动模式）.pcap', ['53 34ec92e5833d6633257ffeb4c31f62e5 delete cmdcmd.bat']],
  [`${SNORT}/data/malware_mac.doc.pcap`, ['4588 60f4da9da0d05ea5be59f0552ec6b70f malware_mac.doc']],
  [`${SNORT}/eicar/ftp_active_get_eicar.pcap`, ['69 69630e4574ec6798239b091cda43dca0 eicar.txt']],
  [`${ZEEK}/ipv4.pcap`, [ROBOTS, ROBOTS]],
  [`${ZEEK}/ipv6.pcap`, [ROBOTS, ROBOTS]],
  [`${ZEEK}/retr.pcap`, ['16557 7192a8075196267203adb3dfaa5c908d /README']],
];

test(
  'every user of the list comes out as a login with its outcome and a test of its password',
  { skip: SKIP },
  async () => {
    const expected = new Map<string, { users: string[]; secrets: string[] }>();
    for (const line of readFileSync(LIST, 'utf8').split('\n')) {
      const [name, , counted] = line.split('\t');
      const fields = (counted ?? '').split('|');
      if (fields.at(-1) !== 'FTP') continue;
      const count = Number(/\d+/.exec(fields[0]!)?.[0]);
      const here = expected.get(name!) ?? { users: [], secrets: [] };
      expected.set(name!, here);
      const list = fields[5] === 'USER' ? here.users : here.secrets;
      for (let copy = 0; copy < count; copy++) list.push(fields[6]!);
    }
    assert.ok(expected.size >= 30);
    for (const [name, { users, secrets }] of expected) {
      const told: string[] = [];
      const found = new Set<string>();
      const sink = deafSink({
        login: (login) => {
          if (login.protocol !== 'ftp') return;
          told.push(`${login.user} ${login.outcome}`);
          for (const secret of secrets) if (login.test?.(secret) === true) found.add(secret);
        },
      });
      assert.ok(await readFacts(join(REAL_CAPTURES, name), sink));
      const outcome = OUTCOMES.get(name) ?? 'accepted';
      assert.deepEqual(
        told,
        users.map((user) => `${user} ${outcome}`),
        name,
      );
      assert.deepEqual([...found].sort(), [...new Set(secrets)].sort(), name);
    }
  },
);

for (const [name, expected] of FILES) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: the files are those that tshark exports`, { skip }, async () => {
    const hashes = new Map<string, ReturnType<typeof createHash>>();
    const told: string[] = [];
    const sink = deafSink({
      transfer: (transfer) => {
        if (transfer.protocol !== 'ftp') return;
        if (transfer.phase === 'begun') hashes.set(transfer.transfer, createHash('md5'));
        else if (transfer.phase === 'piece') hashes.get(transfer.transfer)!.update(transfer.bytes);
        else {
          assert.ok(transfer.isComplete);
          told.push(`${transfer.size} ${hashes.get(transfer.transfer)!.digest('hex')} ${transfer.name}`);
        }
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}

test('a file of which bytes are missing is not complete', { skip: SKIP }, async () => {
  const path = join(REAL_CAPTURES, `${ZEEK}/bigtransfer.pcap`);
  const told: boolean[] = [];
  const sink = deafSink({ transfer: ({ phase, isComplete }) => phase === 'ended' && told.push(isComplete) });
  assert.ok(await readFacts(path, sink));
  assert.deepEqual(told, [false]);
});
