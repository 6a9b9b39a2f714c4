// Judges one image that was sent: whole or not, known or not, altered, older than what runs, fit for the device.
import { grouped, showable } from '../../bytes/text.ts';
import { ENDING_WORDS } from '../plain-words.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { KnownImage } from '../../facts/firmware.ts';
import type { Transfer } from '../../facts/facts.ts';
import type { KnownGood, Nearest } from './known-good.ts';
import {
  DOES_NOT_FIT,
  DOWNGRADE,
  IMAGE_ALTERED,
  IMAGE_INCOMPLETE,
  IMAGE_SENT,
  IMAGE_UNKNOWN,
  SECRETS_INSIDE,
} from './kinds.ts';
import type { Passed } from './passing.ts';
import type { Receivers } from './receivers.ts';
import { compareVersions, type Versions } from './versions.ts';

export interface Image {
  readonly transfer: Transfer;
  /** Null where it was not looked into. */
  readonly passed: Passed | null;
  readonly receiver: number;
  readonly sender: number;
  readonly isDevice: boolean;
  /** Why it counts as firmware. */
  readonly reason: string;
}

export interface Verdict {
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly text: string;
}

const RANGES_TOLD_MAX = 4;

export function judgeImage(
  image: Image,
  known: KnownGood | null,
  receivers: Receivers,
  versions: Versions,
): readonly Verdict[] {
  const { transfer, passed } = image;
  const verdicts: Verdict[] = [];
  const isOpen = isOpenEnded(transfer);
  if (!isOpen && (!transfer.isComplete || transfer.missingBytes > 0)) verdicts.push(incomplete(image));
  const good = transfer.sha256 === '' ? undefined : known?.find(transfer.sha256);
  if (good !== undefined) verdicts.push(...judgeKnown(image, good, receivers, versions));
  else verdicts.push(...judgeUnknown(image, known));
  const architecture = passed?.findings.architecture ?? '';
  const other = receivers.otherArchitecture(image.receiver, architecture);
  if (other !== '') {
    const text = `it is for ${architecture}, and an image that the device was sent before is for ${other}`;
    verdicts.push({ kind: DOES_NOT_FIT, severity: 'medium', text });
  }
  const usual = receivers.usualKind(image.receiver);
  if (usual !== '' && transfer.kind !== '' && transfer.kind !== usual) {
    const text = `it is ${transfer.kind}, and all images that the device was sent before are ${usual}`;
    verdicts.push({ kind: DOES_NOT_FIT, severity: 'low', text });
  }
  const secrets = passed?.findings.secrets ?? [];
  if (secrets.length > 0) {
    verdicts.push({ kind: SECRETS_INSIDE, severity: SECRETS_INSIDE.severity, text: `inside: ${secrets.join(', ')}` });
  }
  return verdicts;
}

/** Nothing of it is missing, and its protocol does not tell where it ends. */
function isOpenEnded({ isComplete, sha256, ending }: Transfer): boolean {
  return !isComplete && ending !== undefined && sha256 !== '';
}

function incomplete({ transfer, isDevice }: Image): Verdict {
  const { missingBytes, missing, size } = transfer;
  const [first] = missing;
  const where = first === undefined ? '' : `, the first ${grouped(first.size)} at byte ${grouped(first.offset)}`;
  const text =
    missingBytes > 0
      ? `${grouped(missingBytes)} bytes of it were not seen${where}`
      : `it ended after ${grouped(size)} bytes without its end being seen`;
  return { kind: IMAGE_INCOMPLETE, severity: isDevice ? IMAGE_INCOMPLETE.severity : 'info', text };
}

function judgeKnown(image: Image, good: KnownImage, receivers: Receivers, versions: Versions): Verdict[] {
  const name = knownName(good);
  const verdicts: Verdict[] = [{ kind: IMAGE_SENT, severity: 'info', text: `it is known to be good: ${name}` }];
  const vendor = receivers.vendor(image.receiver);
  if (vendor !== '' && good.vendor !== '' && !isSameVendor(vendor, good.vendor)) {
    const text = `it is ${name}, and the device says that it is made by ${showable(vendor, 80)}`;
    verdicts.push({ kind: DOES_NOT_FIT, severity: 'high', text });
  }
  const model = receivers.model(image.receiver);
  if (model !== '' && good.model !== '' && !isSameModel(model, good.model)) {
    const text = `it is for the model ${showable(good.model, 80)}, and the device says that it is a ${showable(model, 80)}`;
    verdicts.push({ kind: DOES_NOT_FIT, severity: 'medium', text });
  }
  const running = versions.of(image.receiver);
  if (running !== undefined && (compareVersions(good.version, running.value) ?? 0) < 0) {
    const text = `it is ${name}, and the device reports ${showable(running.value, 80)} (${showable(running.source, 80)})`;
    verdicts.push({ kind: DOWNGRADE, severity: 'high', text });
  }
  return verdicts;
}

function judgeUnknown(image: Image, known: KnownGood | null): Verdict[] {
  const { transfer, isDevice, passed } = image;
  const isWhole = transfer.isComplete && transfer.sha256 !== '';
  const hash = transfer.sha256 === '' ? 'no hash, as it is not whole' : `SHA-256 ${transfer.sha256}`;
  if (known === null) return [{ kind: IMAGE_SENT, severity: isDevice ? IMAGE_SENT.severity : 'info', text: hash }];
  const nearest = passed === null ? null : known.nearest(passed.blocks);
  // Part of a known image is no other image.
  if (nearest !== null && nearest.comparison.differing > 0 && (isWhole || hasChangedMiddle(nearest))) {
    return [{ kind: IMAGE_ALTERED, severity: IMAGE_ALTERED.severity, text: alteredText(nearest, hash) }];
  }
  if (!isWhole) return [{ kind: IMAGE_SENT, severity: IMAGE_SENT.severity, text: hash }];
  const text = `it is none of the ${grouped(known.size)} known images; ${hash}`;
  return [{ kind: IMAGE_UNKNOWN, severity: isDevice ? IMAGE_UNKNOWN.severity : 'medium', text }];
}

/** A block differs before the last one that is equal or unseen: not merely an image that was cut short. */
function hasChangedMiddle({ image, comparison }: Nearest): boolean {
  const [first] = comparison.ranges;
  return first !== undefined && comparison.ranges.length > 0 && first.offset + first.size < image.size;
}

function alteredText({ image, comparison }: Nearest, hash: string): string {
  const { same, differing, ranges, unseen } = comparison;
  const list = ranges.slice(0, RANGES_TOLD_MAX).map(({ offset, size }) => `${grouped(size)} at ${grouped(offset)}`);
  const more = ranges.length > list.length ? ' …' : '';
  const unknown = unseen === 0 ? '' : `, ${grouped(unseen)} were not seen`;
  return `${grouped(same)} blocks are those of ${knownName(image)}, ${grouped(differing)} differ${unknown} (bytes: ${list.join(', ')}${more}); ${hash}`;
}

function knownName({ vendor, model, version, name }: KnownImage): string {
  const words = [vendor, model, version].filter((word) => word !== '');
  return showable(words.length === 0 ? name : words.join(' '), 120);
}

/** One of them is part of the other, or of its words; spaces, dashes and the like do not count. */
function isSameModel(a: string, b: string): boolean {
  const left = a.toLowerCase().replace(/[^a-z0-9]/g, '');
  const right = b.toLowerCase().replace(/[^a-z0-9]/g, '');
  return left === '' || right === '' || left.includes(right) || right.includes(left);
}

function isSameVendor(a: string, b: string): boolean {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  return left.includes(right) || right.includes(left) || left.split(/[^a-z]/)[0] === right.split(/[^a-z]/)[0];
}

/** `an image «name» of 4,096 bytes (elf, ARM)`: what it is, in words. */
export function imageText({ transfer, passed }: Image): string {
  const architecture = passed?.findings.architecture ?? '';
  const versions = passed?.findings.versions ?? [];
  const what = [transfer.kind, architecture].filter((word) => word !== '').join(', ');
  const version = versions.length === 0 ? '' : ` that says «${showable(versions[0]!, 60)}»`;
  const name = transfer.name === '' ? '' : ` «${showable(transfer.name, 120)}»`;
  const whole = wholeText(transfer);
  return `an image${name} of ${grouped(transfer.size)} bytes${whole}${what === '' ? '' : ` [${what}]`}${version}`;
}

function wholeText(transfer: Transfer): string {
  const { isComplete, missingBytes, ending } = transfer;
  if (isOpenEnded(transfer)) return ` without a gap (its end is not told by the protocol: ${ENDING_WORDS[ending!]})`;
  if (!isComplete || missingBytes > 0) return '';
  return ending === undefined ? ', whole' : `, whole (${ENDING_WORDS[ending]})`;
}
