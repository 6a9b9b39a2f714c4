// Lays what passes beside what is known of the same part: the same, changed, or not what the controller was sent.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { HostDirectory, Transfer } from '../../facts/facts.ts';
import type { KnownProgram, ProgramPart } from '../../facts/learning.ts';
import type { Site } from '../../facts/module.ts';
import { grouped } from '../../bytes/text.ts';
import { spanText } from '../plain-words.ts';
import { differenceText } from './compare.ts';
import { type Content, type Contents, partKey } from './contents.ts';
import { CHANGED_UNSEEN, NOT_KNOWN_GOOD, PROGRAM_CHANGED, PROGRAM_HIDDEN } from './kinds.ts';
import { isComparable, partName, partText } from './wording.ts';

export interface Program {
  readonly transfer: Transfer;
  /** Null where they were not kept. */
  readonly bytes: Uint8Array | null;
  readonly isSent: boolean;
}

interface Verdict {
  readonly kind: AlertKind;
  /** Where it differs from the kind's own. */
  readonly severity?: Severity;
  readonly text: string;
  /** An alert for each part; else one that lists them. */
  readonly isOfPart: boolean;
  /** Somebody who announced the work meant just this. */
  readonly isPlannable: boolean;
}

export interface Verdicts {
  /** What is to be said of the part. */
  readonly note: string;
  readonly raised: readonly Verdict[];
}

export function judgeContent({ transfer, bytes, isSent }: Program, contents: Contents, site: Site): Verdicts {
  const { hosts } = site;
  const { sha256, size, timeUs, frame, client, kind } = transfer;
  const said = partText(transfer);
  if (!isComparable(transfer)) return { note: `${said}, so that it cannot be compared`, raised: [] };
  const part = contents.part(partKey(transfer, partName(transfer)));
  const now: Content = { sha256, size, timeUs, frame, client, isSent, kind, bytes };
  // Where nobody tells the end, one of another size may be the same with another end.
  if (!transfer.isComplete && part.last !== null && part.last.size !== size) {
    const before = `${grouped(part.last.size)} bytes before, so that it is not compared`;
    contents.note(part, now);
    return { note: `${said}, ${before}`, raised: [] };
  }
  const { last, sent } = part;
  const verdicts = isSent ? judgeSent(now, last, hosts) : judgeRead(transfer, now, last, sent, hosts);
  const good = judgeKnown(transfer, isSent, site);
  contents.note(part, now);
  // What comes twice in a session is described once.
  const isAgain = last?.sha256 === sha256 && last.client === client && last.isSent === isSent;
  const note = isAgain ? partName(transfer) : said;
  const isBack = good.isKnown && !good.isUnconfirmed;
  const raised = verdicts.raised.map((each) =>
    isBack && each.kind === PROGRAM_CHANGED
      ? { ...each, severity: 'low' as const, text: `${each.text}; it is the one of the baseline` }
      : each,
  );
  return { note: `${note}${verdicts.note}${good.note}`, raised: [...raised, ...good.raised] };
}

interface KnownVerdict extends Verdicts {
  readonly isKnown: boolean;
  readonly isUnconfirmed: boolean;
}

const NOTHING_KNOWN: KnownVerdict = { note: '', raised: [], isKnown: false, isUnconfirmed: false };

/** Lays the content beside those of the baseline; learns it while a baseline is learned. */
function judgeKnown(transfer: Transfer, isSent: boolean, { learning, hosts }: Site): KnownVerdict {
  const { server, unit, protocol, sha256, size, timeUs } = transfer;
  const part: ProgramPart = { server, unit, protocol, part: partName(transfer) };
  const { programs, isTeaching } = learning;
  if (isTeaching) {
    if (isSent || !holdsValues(transfer)) programs.learn(part, sha256, size, timeUs);
    return NOTHING_KNOWN;
  }
  const known = programs.known(part);
  const same = known.find((each) => each.sha256 === sha256);
  if (same !== undefined) {
    const isUnconfirmed = same.isOnce;
    const note = isUnconfirmed ? ', in the baseline, which nobody has confirmed' : ', as the baseline holds it';
    return { note, raised: [], isKnown: true, isUnconfirmed };
  }
  const raised = { kind: NOT_KNOWN_GOOD, isOfPart: true, isPlannable: true } as const;
  if (known.length > 0) {
    if (!isSent && holdsValues(transfer)) return NOTHING_KNOWN;
    return { ...NOTHING_KNOWN, raised: [{ ...raised, ...otherThan(known, sha256) }] };
  }
  if (!isSent || !isProgram(transfer) || !programs.isKnownDevice(part)) return NOTHING_KNOWN;
  const text = `the baseline holds programs of ${hosts.address(server)}, and no ${partName(transfer)} (SHA-256 ${sha256})`;
  return { ...NOTHING_KNOWN, raised: [{ ...raised, severity: 'high', text }] };
}

/** Milder where nobody has confirmed any of them. */
function otherThan(known: readonly KnownProgram[], sha256: string): Pick<Verdict, 'severity' | 'text'> {
  const isUnconfirmed = known.every(({ isOnce }) => isOnce);
  const [first] = known;
  const others = known.length === 1 ? `the one with SHA-256 ${first!.sha256}` : `one of ${known.length} others`;
  const doubt = isUnconfirmed ? ', which nobody has confirmed' : '';
  return {
    severity: isUnconfirmed ? 'high' : 'critical',
    text: `SHA-256 ${sha256}, where the baseline holds ${others}${doubt}`,
  };
}

function judgeSent(now: Content, last: Content | null, hosts: HostDirectory): Verdicts {
  if (last === null) return { note: ', no content of it was seen before', raised: [] };
  const before = whenText(last, now, hosts);
  if (last.sha256 === now.sha256) return { note: `, the same that ${before}`, raised: [] };
  const text = `it replaces what ${before} (${differenceText(last, now)})`;
  return { note: '', raised: [{ kind: PROGRAM_CHANGED, text, isOfPart: false, isPlannable: true }] };
}

function judgeRead(
  transfer: Transfer,
  now: Content,
  last: Content | null,
  sent: Content | null,
  hosts: HostDirectory,
): Verdicts {
  if (last === null) return { note: '', raised: [] };
  if (sent?.sha256 === now.sha256) return { note: `, the same that ${whenText(sent, now, hosts)}`, raised: [] };
  if (sent === null && last.sha256 === now.sha256) {
    return { note: `, the same that ${whenText(last, now, hosts)}`, raised: [] };
  }
  const against = sent ?? last;
  if (holdsValues(transfer) && against.size === now.size) {
    return { note: ', with other values than before, as data blocks have', raised: [] };
  }
  const text = `it is not what ${whenText(against, now, hosts)} (${differenceText(against, now)})`;
  if (sent !== null) return { note: '', raised: [{ kind: PROGRAM_HIDDEN, text, isOfPart: true, isPlannable: false }] };
  // Logs and recordings grow; programs do not.
  if (!isProgram(transfer)) return { note: ', another content than before', raised: [] };
  return { note: '', raised: [{ kind: CHANGED_UNSEEN, text, isOfPart: true, isPlannable: true }] };
}

/** `192.0.2.1 sent 4 min 3 s before`. */
function whenText({ client, isSent, timeUs }: Content, now: Content, hosts: HostDirectory): string {
  return `${hosts.address(client)} ${isSent ? 'sent' : 'read'} ${spanText(Math.max(0, now.timeUs - timeUs))} before`;
}

/** A data block is read with the values it has now. */
function holdsValues({ kind, details = [] }: Transfer): boolean {
  return (
    kind === 's7-block' &&
    details.some(([name, value]) => name === 'block' && /^S?DB/.test(value) && !value.startsWith('S'))
  );
}

/** Carried by a service that carries programs only. */
function isProgram({ carrier }: Transfer): boolean {
  return /download|upload/i.test(carrier);
}
