// For tests: runs the command lines it is given (JSON) one after another in this process, lets go of all garbage, says
// `ready`, and waits to be killed, so that its memory can be searched.
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { runProgram } from './program.ts';

const lines = JSON.parse(process.argv[2] ?? '[]') as string[][];
for (const words of lines) {
  const code = await runProgram(words);
  if (code !== 0) writeSync(2, `exit code ${code} of ${words.join(' ')}\n`);
}
// The second round takes what the finalizers of the first one let go.
for (let round = 0; round < 3; round++) {
  (globalThis as { gc?: () => void }).gc?.();
  await setTimeout(50);
}
writeSync(2, 'ready\n');
await setTimeout(120_000);
