// `1sec fingerprint`: tells what the devices of a capture are by how they behave, and learns a device into a table.
import type { Identification } from '../assets/fingerprints/classifier.ts';
import type { GatheredDevice } from '../assets/fingerprints/gather.ts';
import { SETUPS_MAX } from '../assets/fingerprints/table.ts';
import { showable } from '../bytes/text.ts';
import type { HostDirectory } from '../facts/facts.ts';
import type { CaptureFile } from '../capture/frames.ts';
import { capturePaths, damageLines } from './capture-arguments.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeError, writeOutput } from './output.ts';

const ACTIONS = ['identify', 'learn'];
const OWN_TABLE = 'fingerprints.tsv';
const NAME_CHARACTERS_MAX = 120;
/** Fewer features than this are not worth learning. */
const FEATURES_LEAST = 8;

export const fingerprintCommand: Command = {
  name: 'fingerprint',
  usage: 'identify FILE… [options] | learn --as NAME --mac ADDRESS FILE…',
  summary: 'tell what a device is by how it behaves, and learn devices of your own',
  options: [
    { name: 'mac', value: 'ADDRESS', text: 'the device that is meant; of identify: only this one' },
    { name: 'as', value: 'NAME', text: 'of learn: the name of its type' },
    { name: 'to', value: 'FILE', text: `of learn: the table to add to (default ${OWN_TABLE})` },
    {
      name: 'with',
      value: 'FILE',
      text: 'of identify: a table of your own beside the one that comes with the program',
    },
    { name: 'json', text: 'of identify: as one JSON object' },
  ],
  operandsMax: Infinity,
  notes: [
    'A device is compared with captures of devices of 27 types being set up. It is called unknown rather than guessed.',
    'Learn the same type from several captures: one alone does not show what varies. Neither its addresses nor its whole MAC address are kept.',
    'What confidence means, and how often the answer is right: docs/scores.md.',
    'Exit codes: 0 done, 1 a capture is damaged (what came before was used), 2 wrong usage or no capture.',
  ],
  run: runFingerprint,
};

async function runFingerprint(line: CommandLine): Promise<number> {
  const [action, ...operands] = line.operands;
  if (action === 'identify') return identify(line, operands);
  if (action === 'learn') return learn(line, operands);
  const given = action === undefined ? 'fingerprint needs a word' : `fingerprint cannot '${showable(action)}'`;
  const meant = action === undefined ? '' : didYouMean(action, ACTIONS);
  throw new UsageError(`${given}: ${ACTIONS.join(' or ')}${meant}; see '1sec help fingerprint'`);
}

async function learn(line: CommandLine, operands: readonly string[]): Promise<number> {
  for (const option of ['with', 'json']) {
    if (line.options.has(option)) throw new UsageError(`--${option} belongs to fingerprint identify`);
  }
  const name = line.options.get('as') ?? '';
  if (name.trim() === '') throw new UsageError('fingerprint learn needs --as NAME, the name of the type of device');
  if (name.length > NAME_CHARACTERS_MAX || showable(name) !== name) {
    throw new UsageError(`option --as must be at most ${NAME_CHARACTERS_MAX} characters without control characters`);
  }
  const mac = macOption(line);
  if (mac === null) throw new UsageError('fingerprint learn needs --mac ADDRESS, the device that is meant');
  const paths = capturePaths(operands, 'fingerprint learn');
  const { readFingerprints, writeFingerprints } = await import('./fingerprint-file.ts');
  const path = line.options.get('to') ?? OWN_TABLE;
  const table = readFingerprints(path, true);
  if (table.setups.length + paths.length > SETUPS_MAX) {
    throw new UsageError(`${showable(path, 400)} would hold more than ${SETUPS_MAX} setups`);
  }
  const { gatherFeatures } = await import('../engine/fingerprints.ts');
  const setups = [...table.setups];
  const files: CaptureFile[] = [];
  for (const capture of paths) {
    const gathered = await gatherFeatures([capture]);
    files.push(...gathered.files);
    const [device] = ofMac(gathered.devices, mac);
    if (device!.features.length < FEATURES_LEAST) {
      throw new UsageError(`too little is heard of ${mac} in ${showable(capture, 400)} to learn it`);
    }
    setups.push({ type: name, features: device!.features });
  }
  const isKnown = table.types.some((type) => type.name === name);
  const types = isKnown ? table.types : [...table.types, { name, vendor: '', model: name }];
  writeFingerprints(path, { types, setups });
  const count = setups.filter((setup) => setup.type === name).length;
  writeOutput(`${showable(path, 400)}: ${name} is known from ${count} ${count === 1 ? 'setup' : 'setups'}.\n`);
  return told(files);
}

async function identify(line: CommandLine, operands: readonly string[]): Promise<number> {
  for (const option of ['as', 'to']) {
    if (line.options.has(option)) throw new UsageError(`--${option} belongs to fingerprint learn`);
  }
  const mac = macOption(line);
  const paths = capturePaths(operands, 'fingerprint identify');
  const { readFingerprints } = await import('./fingerprint-file.ts');
  const { joinedTables } = await import('../assets/fingerprints/table.ts');
  const { shippedFingerprints } = await import('../assets/fingerprints/shipped.ts');
  const { Classifier } = await import('../assets/fingerprints/classifier.ts');
  const own = line.options.get('with');
  const shipped = shippedFingerprints();
  const table = own === undefined ? shipped : joinedTables(shipped, readFingerprints(own, false));
  const { gatherFeatures } = await import('../engine/fingerprints.ts');
  const { devices, hosts, files } = await gatherFeatures(paths);
  const classifier = new Classifier(table);
  const rows = (mac === null ? devices : ofMac(devices, mac)).map((device) => ({
    device,
    answer: classifier.identify(device.features),
  }));
  if (line.options.has('json')) writeOutput(jsonPage({ devices: rows.map((row) => deviceJson(row, hosts)) }));
  else writeOutput(rows.length === 0 ? 'No device was heard.\n' : rows.map((row) => deviceText(row, hosts)).join('\n'));
  return told(files);
}

interface Row {
  readonly device: GatheredDevice;
  readonly answer: Identification;
}

function deviceJson({ device, answer }: Row, hosts: HostDirectory): Record<string, unknown> {
  return {
    mac: device.mac,
    address: addressOf(device, hosts),
    type: answer.type === '' ? null : answer.type,
    alternatives: answer.type === '' ? [] : answer.alternatives,
    nearest: answer.nearest === '' ? null : answer.nearest,
    confidence: answer.type === '' ? 0 : Math.round(answer.confidence * 100) / 100,
    features: device.features.length,
    for: answer.for,
    against: answer.against,
  };
}

function deviceText({ device, answer }: Row, hosts: HostDirectory): string {
  const type =
    answer.type === ''
      ? 'unknown'
      : `${[answer.type, ...answer.alternatives].join(' or ')}, confidence ${answer.confidence.toFixed(2)}`;
  const lines = [`${device.mac}  ${addressOf(device, hosts) ?? '-'}  ${type}`];
  if (answer.nearest === '') lines.push('  why: too little was heard of it that any known device shows');
  else if (answer.type === '') {
    lines.push(`  why: nearest is ${answer.nearest}, but it fits too badly; it differs in`);
    lines.push(...answer.against.slice(0, 3).map((feature) => `    ${plain(feature)}`));
  } else {
    lines.push('  for:', ...answer.for.map((feature) => `    ${plain(feature)}`));
    if (answer.against.length > 0) lines.push('  against:');
    lines.push(...answer.against.slice(0, 3).map((feature) => `    ${plain(feature)}`));
  }
  return `${lines.map((text) => showable(text, 400)).join('\n')}\n`;
}

/** Without the letter of its kind. */
function plain(feature: string): string {
  return feature.replace(/^(absent: )?[tn]:/, '$1').replace(/^(absent: )?p:/, '$1MAC prefix ');
}

function addressOf({ host }: GatheredDevice, hosts: HostDirectory): string | null {
  return hosts.addressKind(host) === 'mac' ? null : hosts.address(host);
}

function ofMac(devices: readonly GatheredDevice[], mac: string): GatheredDevice[] {
  const found = devices.filter((device) => device.mac === mac);
  if (found.length === 0) throw new UsageError(`no device with the MAC address ${mac} is heard in the capture`);
  return found;
}

/** In lower case with colons; null where it is not given. */
function macOption(line: CommandLine): string | null {
  const given = line.options.get('mac');
  if (given === undefined) return null;
  const digits = given.toLowerCase().replaceAll(/[:.-]/g, '');
  if (/^[0-9a-f]{12}$/.test(digits)) return digits.replaceAll(/(..)(?!$)/g, '$1:');
  throw new UsageError(`option --mac cannot be '${showable(given)}'; it is like 00:1b:1b:1e:00:2a`);
}

function told(files: readonly CaptureFile[]): number {
  const damages = damageLines(files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}
