// The executable: what follows its name is a command line, and the exit code is the command's.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What the runtime makes of the sources (types stripped, code compiled) is kept beside the packages for the next start;
// where that cannot be written, it starts without. A bundle is one file that is read already, and gains nothing.
if (import.meta.url.endsWith('.ts')) {
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/1sec', import.meta.url)));
}

const { runProgram } = await import('./commands/program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
