// `1sec watch IFACE…`: says what is wrong on a network while it happens. Checks the command line; what does the work is
// loaded only when there is work.
import { isatty } from 'node:tty';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './command-line.ts';

const STANDARD_INPUT = 0;
/** As long as a timer can run, 24 days. */
const SECONDS_MAX = 2_147_483;

export const watchCommand: Command = {
  name: 'watch',
  usage: 'IFACE… | - [options]',
  summary: 'say what is wrong on a live network, while it happens',
  options: [
    { name: 'for', value: 'SECONDS', text: 'end after so many seconds; else Ctrl-C or SIGTERM ends it' },
    { name: 'json', text: 'JSON Lines: each alert as it comes, at the end a summary' },
  ],
  operandsMax: Infinity,
  notes: [
    [
      'IFACE is a network interface, for instance one that a mirror port feeds. Linux only; needs root or CAP_NET_RAW.',
      'Several are heard together, in the order of time. Nothing is ever sent.',
    ].join(' '),
    [
      '- is a capture stream on standard input, on any system:',
      "tcpdump -i eth0 -U -w - | 1sec watch - (or from far away: ssh sensor tcpdump … 'not port 22' | 1sec watch -).",
    ].join(' '),
    [
      'An alert is shown when it is new and when its severity rises; how often it came is in the summary at the end.',
      'While an interface is silent, time passes by the clock, so that what is overdue is told; a stream has only the',
      'times of its frames.',
    ].join(' '),
    'Exit codes: 0 ended, with alerts or without; 1 the stream is damaged; 2 wrong usage, or it cannot be watched.',
  ],
  run: runWatch,
};

async function runWatch(line: CommandLine): Promise<number> {
  const interfaces = interfaceNames(line.operands);
  const seconds = line.options.get('for');
  if (seconds !== undefined && !/^[0-9]{1,7}(\.[0-9]{1,3})?$/.test(seconds)) {
    throw new UsageError(`option --for cannot be '${seconds}'; it is a number of seconds`);
  }
  if (Number(seconds ?? 0) > SECONDS_MAX) throw new UsageError(`option --for can be at most ${SECONDS_MAX}`);
  const { watch } = await import('./run-watch.ts');
  return watch({
    interfaces,
    seconds: seconds === undefined ? null : Number(seconds),
    isJson: line.options.has('json'),
    color: line.options.get('color') ?? 'auto',
  });
}

/** Empty: the stream on standard input. */
function interfaceNames(operands: readonly string[]): readonly string[] {
  if (operands.length === 0) throw new UsageError("watch needs an interface, or - for a stream; see '1sec help watch'");
  if (!operands.includes('-')) return operands;
  if (operands.length > 1) throw new UsageError('standard input (-) is watched alone');
  if (isatty(STANDARD_INPUT)) throw new UsageError('standard input (-) is a terminal; pipe a capture into it');
  return [];
}
