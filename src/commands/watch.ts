// `1sec watch IFACE…`: says what is wrong on a network while it happens. Checks the command line; what does the work is
// loaded only when there is work.
import { isatty } from 'node:tty';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './command-line.ts';
import { TRUST_OPTIONS, trustOf } from './serve-trust.ts';

import type { Policy, PolicyZone } from '../facts/policy.ts';
import type { ServedWatch } from './run-watch.ts';

const STANDARD_INPUT = 0;
const KEPT_DEFAULT = '1G';
const KEPT_MIN = 16 * 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { M: 1024 ** 2, G: 1024 ** 3 };
/** As long as a timer can run, 24 days. */
const SECONDS_MAX = 2_147_483;

export const watchCommand: Command = {
  name: 'watch',
  usage: 'IFACE… | - [options]',
  summary: 'say what is wrong on a live network, while it happens',
  options: [
    { name: 'for', value: 'SECONDS', text: 'end after so many seconds; else Ctrl-C or SIGTERM ends it' },
    { name: 'firmware', value: 'FILE', text: "images known to be good, from '1sec firmware add'" },
    { name: 'firmware-key', value: 'FILE', text: 'the public key that they have to be signed with' },
    {
      name: 'baseline',
      value: 'FILE',
      text: "what is usual, from '1sec baseline learn': what deviates is told from the first packet on",
    },
    {
      name: 'policy',
      value: 'FILE',
      text: 'zones and conduits (policy.yaml): what no conduit allows is told; see 1sec help policy',
    },
    { name: 'config', value: 'FILE', text: 'what is intended at the site (1sec.yaml); see 1sec help config' },
    {
      name: 'credentials',
      value: 'FILE',
      text: "your own list of credentials beside the shipped one, from '1sec credentials import'",
    },
    {
      name: 'save',
      value: 'FILE',
      text: 'add devices, conversations and alerts to this site database as they come; made where it is missing',
    },
    {
      name: 'evidence',
      value: 'DIR',
      text: 'write one pcapng for each alert there: the frames that prove it, and some around',
    },
    {
      name: 'keep',
      value: 'SIZE',
      text: `with --evidence: how much of the newest traffic is kept on the disk for it, as 256M or 4G (default ${KEPT_DEFAULT})`,
    },
    {
      name: 'spool',
      value: 'DIR',
      text: 'keep the files that pass there, each under its SHA-256, with index.jsonl; at most 1 GiB',
    },
    {
      name: 'user',
      value: 'NAME',
      text: 'run as this user once the capture is open, when started as root; else as whoever called sudo',
    },
    { name: 'serve', text: 'with --save: show the dashboard of that database while the watch goes on' },
    { name: 'port', value: 'N', text: 'with --serve: the port to listen on (default: the first free one from 8470)' },
    ...TRUST_OPTIONS.map((option) => ({ ...option, text: `with --serve: ${option.text}` })),
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
    [
      'With --save an alert is shown when it is on the disk; devices and conversations follow every half minute and at the',
      'end. Another run with the same file adds to it. Frames are kept only with --evidence, in files without a name in the',
      'temporary directory (TMPDIR); alerts are cut out of them two seconds after they were raised.',
    ].join(' '),
    [
      'A clock that is set back is told; the times of this watch go on as if it had not been.',
      'The user of --user must be able to write the files of --save, --evidence and --spool.',
    ].join(' '),
    'With --save, what operators mark as normal in the dashboard is not raised any more, from the next second on.',
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
  const { options } = line;
  const keep = options.get('keep');
  if (keep !== undefined && !options.has('evidence')) throw new UsageError('--keep belongs to --evidence');
  const keptBytes = keptSize(keep ?? KEPT_DEFAULT);
  const config = options.get('config');
  const declaration = config === undefined ? null : (await import('./site-config.ts')).declarationOf(config);
  const own = options.get('credentials');
  const credentials = own === undefined ? [] : (await import('./credential-file.ts')).readCredentials(own);
  const usual = options.get('baseline');
  const baseline = usual === undefined ? null : (await import('./baseline-file.ts')).readBaseline(usual);
  const owned = options.get('policy');
  const policy = owned === undefined ? null : (await import('./policy-file.ts')).policyOf(owned);
  if (declaration !== null && policy !== null) {
    (await import('./zone-differences.ts')).warnOfZones(config!, declaration.zones, owned!, policy);
  }
  const known = options.get('firmware');
  const firmwareKey = options.get('firmware-key');
  if (known === undefined && firmwareKey !== undefined) throw new UsageError('--firmware-key belongs to --firmware');
  const knownFirmware =
    known === undefined ? null : (await import('./firmware-manifest.ts')).readManifest(known, firmwareKey);
  const served = await servedAs(line, policy, declaration?.zones ?? []);
  const { watch } = await import('./run-watch.ts');
  return watch({
    interfaces,
    seconds: seconds === undefined ? null : Number(seconds),
    isJson: options.has('json'),
    color: options.get('color') ?? 'auto',
    baseline,
    knownFirmware,
    declaration,
    policy,
    credentials,
    save: options.get('save') ?? null,
    evidence: options.get('evidence') ?? null,
    keptBytes,
    spool: options.get('spool') ?? null,
    user: options.get('user'),
    served,
  });
}

/** Null: no dashboard is wanted. */
async function servedAs(
  line: CommandLine,
  policy: Policy | null,
  zones: readonly PolicyZone[],
): Promise<ServedWatch | null> {
  const { options } = line;
  if (!options.has('serve')) {
    const stray = ['port', ...TRUST_OPTIONS.map(({ name }) => name)].find((name) => options.has(name));
    if (stray !== undefined) throw new UsageError(`--${stray} belongs to --serve`);
    return null;
  }
  if (!options.has('save')) throw new UsageError('--serve shows a database: it needs --save FILE');
  const { portOf } = await import('./serve.ts');
  const files = { config: options.get('config') ?? null, baseline: options.get('baseline') ?? null };
  const intent = { ...files, policy: options.get('policy') ?? null };
  return {
    port: portOf(options.get('port')),
    options: { trust: trustOf(line), policy, zones, intent, uploadBytesMax: 0 },
  };
}

function keptSize(text: string): number {
  const [, number = '', unit = ''] = /^([0-9]{1,6})([MG])$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? 0);
  if (number === '') throw new UsageError(`option --keep cannot be '${text}'; it is a size as 256M or 4G`);
  if (bytes < KEPT_MIN) throw new UsageError(`option --keep must be at least ${KEPT_MIN / 1024 ** 2}M`);
  return bytes;
}

/** Empty: the stream on standard input. */
function interfaceNames(operands: readonly string[]): readonly string[] {
  if (operands.length === 0) throw new UsageError("watch needs an interface, or - for a stream; see '1sec help watch'");
  if (!operands.includes('-')) return operands;
  if (operands.length > 1) throw new UsageError('standard input (-) is watched alone');
  if (isatty(STANDARD_INPUT)) throw new UsageError('standard input (-) is a terminal; pipe a capture into it');
  return [];
}
