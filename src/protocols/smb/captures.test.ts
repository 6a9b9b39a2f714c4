// Logins, files and calls in real captures, as tshark has them; skipped where there are no captures.
import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { dcerpc } from '../dcerpc/index.ts';
import { smb } from './index.ts';

const ZEEK = 'zeek__zeek/testing/btest/Traces';
const BRUTESHARK = 'odedshimon__BruteShark/Pcap_Examples';
const LEMAY = 'antoine-lemay__Modbus_dataset';

interface Told {
  readonly logins: readonly string[];
  /** Name, direction, bytes, and the beginning of the hash of `tshark --export-objects smb`. */
  readonly files?: readonly string[];
  /** Operations that are no connection to a share. */
  readonly operations?: readonly string[];
}

const KNOWN: readonly (readonly [string, Told])[] = [
  [
    `${BRUTESHARK}/SMB - NTLMSSP (Windows 10).pcap`,
    {
      logins: [
        'ntlm-anonymous  accepted',
        'ntlm-v2 Tim Tester refused',
        'ntlm-v2 Willi Wireshark accepted',
        ...new Array<string>(4).fill('ntlm-v2 user refused'),
      ],
      operations: ['enumerate srvsvc NetrShareEnum '],
    },
  ],
  [`${BRUTESHARK}/SMB - NTLMSSP Single Session (Windows 10).pcap`, { logins: ['ntlm-v2 user refused'] }],
  [`${BRUTESHARK}/Kerberos v5 - UDP 3.pcap`, { logins: ['kerberos-no-test  accepted'] }],
  [
    `${ZEEK}/smb/raw_ntlm_in_smb.pcap`,
    {
      logins: ['ntlm-v2 test accepted'],
      operations: ['enumerate lsarpc LsarLookupNames ', 'enumerate srvsvc NetrShareEnum '],
    },
  ],
  [`${ZEEK}/smb/smb3.pcap`, { logins: ['ntlm-v2 administrator accepted'] }],
  [`${ZEEK}/smb/smb311.pcap`, { logins: ['ntlm-v2 administrator accepted'] }],
  [`${ZEEK}/smb/smb1_transaction_request.pcap`, { logins: ['clear GUEST accepted'] }],
  [`${ZEEK}/smb/smb1.pcap`, { logins: [], files: ['to-client Test\\2009-12 Payroll.xlsx 25940 true ccec0112'] }],
  [
    `${ZEEK}/smb/smb2readwrite.pcap`,
    {
      logins: [],
      files: ['to-client pythonfile 16 true 991204fb', 'to-server pythonfile2 7000 true 12861649'],
      operations: ['create SMB2 CREATE pythonfile2'],
    },
  ],
  [`${ZEEK}/smb/smb2-multiple-pdus.pcap`, { logins: [], operations: ['delete SMB2 SET_INFO, delete testfile.txt'] }],
  // MS08-067: refused with a user that does not exist, let in without one, and the call that is attacked.
  [
    `${LEMAY}/exploit_ms08_netapi_modbus_6RTU_with_operate.pcap`,
    {
      logins: ['ntlm-anonymous  accepted', 'ntlm-v2  refused'],
      operations: ['other srvsvc NetprPathCanonicalize '],
    },
  ],
];

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${name}: logins, files and calls are the known ones`, { skip }, async () => {
    const told = await toldOf(path);
    assert.deepEqual(told.logins, expected.logins);
    assert.deepEqual(told.files, expected.files ?? []);
    assert.deepEqual(told.operations, expected.operations ?? []);
  });
}

const SMALL_FILES = join(REAL_CAPTURES, `${ZEEK}/smb/smb2_100_small_files.pcap`);
test('a hundred small files are whole', { skip: !existsSync(SMALL_FILES) }, async () => {
  const told = await toldOf(SMALL_FILES);
  assert.equal(told.files.filter((line) => line.includes(' true ')).length, 100);
  assert.deepEqual(told.logins, ['ntlm-v2 zeek accepted']);
});

const TESTED = join(REAL_CAPTURES, `${ZEEK}/smb/smb2.delete-on-close-perms-delete-existing.pcap`);
test('the password of a real login is found', { skip: !existsSync(TESTED) }, async () => {
  const found: (boolean | undefined)[] = [];
  const sink = deafSink({
    login: (login) => found.push(login.test?.('zeek'), login.test?.('Zeek')),
  });
  assert.ok(await readFacts(TESTED, sink, [smb, dcerpc]));
  assert.deepEqual(found, [true, false]);
});

async function toldOf(path: string): Promise<{ logins: string[]; files: string[]; operations: string[] }> {
  const logins: string[] = [];
  const files: string[] = [];
  const operations = new Set<string>();
  const hashes = new Map<string, Hash>();
  const sink = deafSink({
    login: ({ mechanism, user, outcome }) => logins.push(`${mechanism} ${user} ${outcome}`),
    operation: (operation) => {
      const protocol = operation.protocol === 0 ? smb : dcerpc;
      const name = Buffer.from(operation.nameBytes.subarray(operation.nameStart, operation.nameEnd)).toString('utf8');
      const what = protocol.functionName(operation.function, operation.subfunction);
      if (VERB_NAMES[operation.verb] !== 'connect') operations.add(`${VERB_NAMES[operation.verb]} ${what} ${name}`);
    },
    transfer: (transfer) => {
      const { transfer: id, phase, direction, name, size, isComplete } = transfer;
      if (phase === 'piece') hashes.set(id, (hashes.get(id) ?? createHash('sha256')).update(transfer.bytes));
      if (phase !== 'ended') return;
      files.push(`${direction} ${name} ${size} ${isComplete} ${hashes.get(id)?.digest('hex').slice(0, 8)}`);
    },
  });
  assert.ok(await readFacts(path, sink, [smb, dcerpc]));
  return { logins: logins.sort(), files: files.sort(), operations: [...operations].sort() };
}
