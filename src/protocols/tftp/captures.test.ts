// Files in real captures, as tshark exports them; skipped where there are no captures.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const SURICATA = 'OISF__suricata-verify/tests';
const RFC = '24599 dca7766edd1e4976cac5e64fcaeec1fd rfc1350.txt';
/** Size, MD5 and name of what `tshark --export-objects tftp` writes. */
const FILES: readonly (readonly [string, readonly string[]])[] = [
  [`${SURICATA}/output-eve-tftp-01/input.pcap`, [`${RFC} to-client`]],
  [`${SURICATA}/tftp-tx-handling-wrq/input.pcap`, [`${RFC} to-server`]],
  ['kqdssheng__Pcap/tftp.pcapng', ['4 098f6bcd4621d373cade4e832627b4f6 1.txt to-client']],
  ['the-tcpdump-group__tcpdump/tests/tftp.pcap', ['1129 57c8e9e95211ab355591dc8c211c8e8f file1 to-client']],
  ['the-tcpdump-group__tcpdump/tests/tftp-heapoverflow.pcap', []],
];

for (const [name, expected] of FILES) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: the files are those that tshark exports`, { skip }, async () => {
    const hash = createHash('md5');
    const told: string[] = [];
    const sink = deafSink({
      transfer: (transfer) => {
        if (transfer.protocol !== 'tftp') return;
        if (transfer.phase === 'piece') hash.update(transfer.bytes);
        if (transfer.phase !== 'ended') return;
        assert.ok(transfer.isComplete);
        told.push(`${transfer.size} ${hash.digest('hex')} ${transfer.name} ${transfer.direction}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}
