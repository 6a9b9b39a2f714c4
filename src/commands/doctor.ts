// `1sec doctor`: says whether this machine can capture, and what stands in the way: permissions, interfaces, disk, clock.
import { CaptureOpenError } from '../capture/frames.ts';
import { showable } from '../bytes/text.ts';
import type { Command, CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { machineFacts, type InterfaceFact, type MachineFacts } from './machine-facts.ts';
import { writeOutput } from './output.ts';
import { readableBytes } from './progress.ts';

export type Verdict = 'good' | 'note' | 'bad';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  /** What is so, and where it is not good, what to do. */
  readonly told: string;
}

/** A ring of frames, temporary tables of the database. */
const DISK_BYTES_WANTED = 2 * 1024 ** 3;
const DISK_BYTES_MIN = 256 * 1024 ** 2;
const MEMORY_BYTES_WANTED = 1024 ** 3;
const MARKS: Readonly<Record<Verdict, string>> = { good: 'ok  ', note: 'note', bad: 'BAD ' };

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[--json]',
  summary: 'say whether this machine can capture, and what stands in the way',
  options: [{ name: 'json', text: 'one JSON object' }],
  operandsMax: 0,
  notes: [
    'It opens a packet socket on the loopback interface for a moment, which only receives, and looks at interfaces, disk,',
    'memory and clock. Nothing is sent and nothing is changed.',
    'Exit codes: 0 it can watch interfaces; 2 it cannot (captures and streams can be read all the same).',
  ],
  run: runDoctor,
};

async function runDoctor(line: CommandLine): Promise<number> {
  const { openLive } = await import('../capture/live-linux.ts');
  const facts = machineFacts((name) => {
    try {
      openLive([name], { ringBytes: 1 << 20 }).close();
      return null;
    } catch (error) {
      if (!(error instanceof CaptureOpenError)) throw error;
      return error.message;
    }
  });
  const findings = findingsOf(facts);
  if (line.options.has('json')) writeOutput(jsonPage({ findings, interfaces: facts.interfaces }));
  else
    writeOutput(
      findings.map(({ what, verdict, told }) => `${MARKS[verdict]} ${what}: ${showable(told, 600)}\n`).join(''),
    );
  return findings.some(({ verdict }) => verdict === 'bad') ? ExitCode.usage : ExitCode.ok;
}

export function findingsOf(facts: MachineFacts): Finding[] {
  return [
    captureFinding(facts),
    rightsFinding(facts),
    ...interfaceFindings(facts),
    ...placeFindings(facts),
    clockFinding(facts),
  ];
}

function captureFinding({ captureProblem }: MachineFacts): Finding {
  const what = 'capture';
  if (captureProblem === null) return { what, verdict: 'good', told: 'a packet socket opens; 1sec watch IFACE works' };
  return { what, verdict: 'bad', told: captureProblem };
}

function rightsFinding({ isRoot, hasNetRaw, runtime }: MachineFacts): Finding {
  const what = 'rights';
  if (isRoot)
    return {
      what,
      verdict: 'good',
      told: 'root; watch gives that up once it is open (--user NAME, or who called sudo)',
    };
  if (hasNetRaw) return { what, verdict: 'good', told: 'CAP_NET_RAW, and no more' };
  const advice = `sudo 1sec watch IFACE; or sudo setcap cap_net_raw+ep ${runtime}; or pipe: tcpdump -U -w - | 1sec watch -`;
  return { what, verdict: 'note', told: `neither root nor CAP_NET_RAW: ${advice}` };
}

function interfaceFindings({ interfaces }: MachineFacts): Finding[] {
  if (interfaces.length === 0)
    return [{ what: 'interfaces', verdict: 'note', told: 'none is known here; captures and streams can be read' }];
  const others = interfaces.filter(({ name }) => name !== 'lo');
  if (others.length === 0)
    return [{ what: 'interfaces', verdict: 'note', told: 'there is only the loopback interface' }];
  return others.map((each) => ({ what: `interface ${showable(each.name)}`, ...stateOf(each) }));
}

function stateOf({ state, hasAddress, receivedFrames, receivedDrops }: InterfaceFact): Omit<Finding, 'what'> {
  if (state === 'down') return { verdict: 'note', told: 'down: nothing is heard there; ip link set IFACE up' };
  const heard = `${receivedFrames} frames heard${receivedDrops > 0 ? `, ${receivedDrops} dropped before they were heard` : ''}`;
  if (hasAddress)
    return { verdict: 'note', told: `up, ${heard}; it has an address of its own: a mirror port needs none` };
  return { verdict: 'good', told: `up, ${heard}, without an address, as a mirror port should be` };
}

function placeFindings({ places, memoryBytes }: MachineFacts): Finding[] {
  const disks = places.map(({ path, freeBytes, isWritable }): Finding => {
    const what = `disk of ${showable(path, 200)}`;
    if (!isWritable) return { what, verdict: 'note', told: 'nothing can be written there' };
    const told = `${readableBytes(freeBytes)} free`;
    if (freeBytes < DISK_BYTES_MIN) return { what, verdict: 'bad', told: `${told}: too little for a database` };
    if (freeBytes < DISK_BYTES_WANTED)
      return { what, verdict: 'note', told: `${told}: --evidence keeps up to 1 GiB of frames (--keep SIZE)` };
    return { what, verdict: 'good', told };
  });
  const enough = memoryBytes >= MEMORY_BYTES_WANTED;
  const memory = `${readableBytes(memoryBytes)}${enough ? '' : ': little for a site of thousands of devices'}`;
  return [...disks, { what: 'memory', verdict: enough ? 'good' : 'note', told: memory }];
}

function clockFinding({ clockMs, programMs, isClockKept }: MachineFacts): Finding {
  const what = 'clock';
  const shown = new Date(clockMs).toISOString().slice(0, 19).replace('T', ' ');
  if (clockMs < programMs)
    return {
      what,
      verdict: 'note',
      told: `${shown} UTC is before this program was made: set the clock, alerts bear its time`,
    };
  if (isClockKept === false)
    return {
      what,
      verdict: 'note',
      told: `${shown} UTC; no time service keeps it (chrony, ntpd or systemd-timesyncd)`,
    };
  return { what, verdict: 'good', told: `${shown} UTC${isClockKept === true ? ', kept by a time service' : ''}` };
}
