// A controller of a real capture is played by another machine with its IP and MAC address from the middle of the capture
// on: that is noticed. The capture as it was recorded is not.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyze } from './analysis.ts';

const CAPTURE = fileURLToPath(
  new URL('../../../shared/captures/antoine-lemay__Modbus_dataset/moving_two_files_modbus_6RTU.pcap', import.meta.url),
);
const CONTROLLER = [192, 168, 1, 105];
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;

/** Changes what the controller sends, from the middle of the capture on, as another operating system would send it. */
function played(capture: Buffer): Buffer {
  const bytes = Buffer.from(capture);
  const isLittle = bytes.readUInt32LE(0) === 0xa1b2c3d4;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length;) {
    const size = isLittle ? bytes.readUInt32LE(at + 8) : bytes.readUInt32BE(at + 8);
    const ip = at + RECORD_HEADER + ETHERNET;
    const tcp = ip + (bytes[ip]! & 15) * 4;
    const isOfController = CONTROLLER.every((octet, index) => bytes[ip + 12 + index] === octet);
    if (at > bytes.length / 2 && bytes.readUInt16BE(ip - 2) === 0x0800 && isOfController) {
      bytes[ip + 8] = 64;
      // MSS, SACK permitted, end: instead of MSS, two fillers, SACK permitted.
      const isAnswerToSyn = bytes[ip + 9] === 6 && (bytes[tcp + 13]! & 0x12) === 0x12;
      if (isAnswerToSyn && bytes[tcp + 12]! >> 4 === 7) Buffer.from('020405b404020000', 'hex').copy(bytes, tcp + 20);
    }
    at += RECORD_HEADER + size;
  }
  return bytes;
}

async function alertsOf(context: TestContext, capture: Buffer): Promise<{ kind: string; ip: string | null }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'impostor-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, capture);
  const { alerts } = await analyze({ paths: [path] });
  return alerts
    .filter(({ module }) => module === 'identity-guard')
    .map(({ kind, subject }) => ({ kind, ip: subject.ip }));
}

describe(
  'a controller that another machine plays',
  { skip: existsSync(CAPTURE) ? false : 'skipped: the capture is not there' },
  () => {
    test('is noticed, and only that one', async (context) => {
      assert.deepEqual(await alertsOf(context, played(readFileSync(CAPTURE))), [
        { kind: 'identity-guard/device-impersonated', ip: CONTROLLER.join('.') },
      ]);
    });

    test('is not seen in the capture as it was recorded', async (context) => {
      assert.deepEqual(await alertsOf(context, readFileSync(CAPTURE)), []);
    });
  },
);
