// For tests: prints the frames that interfaces hear, one a line, until so many were heard or nothing came for a while.
// usage: node print-live-frames.ts COUNT INTERFACE…
import { writeSync } from 'node:fs';
import { openLive } from './live-linux.ts';

const WAIT_MS = 100;
/** Waits without a frame before it gives up: the first frame may take its time on a busy machine. */
const FIRST_WAITS_MAX = 150;
const QUIET_WAITS_MAX = 20;

const [wanted, ...names] = process.argv.slice(2);
const capture = openLive(names, { ringBytes: 8 << 20, blockBytes: 1 << 16 });
writeSync(2, 'listening\n');
let heard = 0;
for (let quiet = 0; heard < Number(wanted) && quiet < (heard === 0 ? FIRST_WAITS_MAX : QUIET_WAITS_MAX); quiet++) {
  const batch = capture.next(WAIT_MS);
  if (batch === null) continue;
  quiet = 0;
  let text = '';
  for (let index = 0; index < batch.count; index++) {
    const start = batch.offset[index]!;
    const frame = batch.bytes.subarray(start, start + batch.capturedLength[index]!);
    const numbers = [batch.frame, batch.timeUs, batch.linkType, batch.originalLength].map((list) => list[index]!);
    text += `${numbers.join(' ')} ${Buffer.from(frame).toString('hex')}\n`;
  }
  heard += batch.count;
  writeSync(1, text);
}
capture.close();
writeSync(1, `drops ${capture.drops} freezes ${capture.freezes}\n`);
