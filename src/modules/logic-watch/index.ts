// Follows control programs: what is loaded into controllers and read out of them, which part of it changed, by whom and
// from where, and whether a controller hands out what it was sent.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Claim, Transfer } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { grouped, showable } from '../../bytes/text.ts';
import { firmwareReason } from '../../transfers/firmware-kinds.ts';
import { CarriedBytes } from './carried.ts';
import { Contents } from './contents.ts';
import { judgeContent, type Program } from './judge-content.ts';
import { KINDS, MADE_PERMANENT, ONLINE_EDIT, PROGRAM_READ, PROGRAM_SENT, PROJECT_FILE } from './kinds.ts';
import { Modes } from './modes.ts';
import { projectTool } from './project-files.ts';
import { Sessions, listed, listingText, step, stepsText, type Session } from './sessions.ts';
import { Stations } from './stations.ts';
import { partText, partName } from './wording.ts';

/** What changes or reads programs, and nothing else. */
const ENGINEERING: ReadonlySet<number> = new Set([
  Verb['program-download'],
  Verb['program-upload'],
  Verb['store-program'],
  Verb.delete,
  Verb.reserve,
]);
/** Verbs that a session is told to have held, as people say them. */
const STEPS: ReadonlyMap<number, string> = new Map([
  [Verb.reserve, 'reserved the controller'],
  [Verb.stop, 'stopped it'],
  [Verb.start, 'started it'],
  [Verb.restart, 'restarted it'],
  [Verb['set-mode'], 'changed its mode'],
  [Verb.delete, 'deleted'],
]);

export const logicWatch: Module = {
  meta: {
    id: 'logic-watch',
    title: 'Logic watch',
    purpose: 'Follows control programs: what is loaded and read, what changed in it, by whom, from which station.',
    scope: 'device',
    kinds: KINDS,
  },
  start: (site) => new LogicWatch(site),
};

class LogicWatch implements ModuleHandlers {
  readonly verbs = [...ENGINEERING, Verb.stop, Verb.start, Verb.restart, Verb['set-mode']];
  readonly families = ['process', 'building'] as const;
  readonly #site: Site;
  readonly #carried = new CarriedBytes();
  readonly #contents = new Contents();
  readonly #modes = new Modes();
  readonly #sessions = new Sessions();
  readonly #stations: Stations;

  constructor(site: Site) {
    this.#site = site;
    this.#stations = new Stations(site);
  }

  claim(claim: Claim): void {
    this.#modes.claim(claim);
    this.#stations.claim(claim);
  }

  operation(operation: Operation): void {
    const { client, server, unit, timeUs, verb, outcome } = operation;
    if (client <= 0 || server <= 0) return;
    const isDone = outcome === Outcome.ok;
    // What changes the mode says nothing of the mode it found.
    const wasRunning = this.#modes.of(server, unit);
    this.#modes.operation(operation);
    const session = this.#sessions.of(client, server, unit, timeUs);
    const said = STEPS.get(verb);
    if (said !== undefined && isDone) step(session, this.#stepText(said, operation));
    if (!ENGINEERING.has(verb)) return;
    for (const verdict of this.#stations.judge(operation)) {
      this.#raise(verdict.kind, verdict.severity, session, timeUs, framesOf(operation), () => {
        return `${this.#address(client)} asked ${this.#address(server)} for "${this.#functionName(operation)}", and ${verdict.because}.`;
      });
    }
    if (!isDone) return;
    if (verb === Verb['program-download'] && wasRunning?.isRunning === true) {
      this.#online(session, operation, wasRunning.because);
    }
    if (verb === Verb['store-program']) this.#stored(session, operation);
    if (verb === Verb.delete)
      this.#contents.deleted(`${server} ${unit} ${this.#protocol(operation)?.name ?? ''} ${this.#object(operation)}`);
  }

  transfer(transfer: Transfer): void {
    if (transfer.client <= 0 || transfer.server <= 0) return;
    const family = this.#site.protocols.find(({ name }) => name === transfer.protocol)?.family;
    if (family !== 'process' && family !== 'building') {
      if (transfer.phase === 'ended') this.#projectFile(transfer);
      return;
    }
    if (transfer.phase === 'piece') this.#carried.piece(transfer);
    else if (transfer.phase === 'ended') this.#program(transfer);
  }

  #program(transfer: Transfer): void {
    const bytes = this.#carried.end(transfer.transfer);
    const { client, server, unit, timeUs, frame, size } = transfer;
    const isSent = transfer.direction === 'to-server';
    // Firmware is firmware-guard's.
    const { kind, name, carrier } = transfer;
    if (firmwareReason({ kind, name, carrier, size, isReceiverDevice: isSent, usualKind: '' }) !== '') return;
    const session = this.#sessions.of(client, server, unit, timeUs);
    const program: Program = { transfer, bytes, isSent };
    const verdicts = judgeContent(program, this.#contents, this.#site);
    const kindOfNote = isSent ? PROGRAM_SENT : PROGRAM_READ;
    const planned = this.#planned(client, server, timeUs);
    const listing = listed(session, kindOfNote, verdicts.note, size, frame);
    this.#raise(kindOfNote, 'info', session, timeUs, listing.frames, () => {
      return [`${this.#how(transfer)}: ${listingText(listing)}.`, stepsText(session)]
        .filter((text) => text !== '')
        .join(' ');
    });
    for (const { kind, severity: own = kind.severity, text, isOfPart, isPlannable } of verdicts.raised) {
      const severity = planned !== '' && isPlannable ? 'info' : own;
      const told = listed(session, kind, `${partName(transfer)}: ${text}`, size, frame);
      const explain = (): string => {
        const what = isOfPart ? `${partName(transfer)}: ${text}` : listingText(told);
        return [`${this.#how(transfer)}: ${what}.`, stepsText(session), planned]
          .filter((text) => text !== '')
          .join(' ');
      };
      this.#raise(
        kind,
        severity,
        session,
        timeUs,
        isOfPart ? [frame] : told.frames,
        explain,
        isOfPart ? partName(transfer) : '',
      );
    }
  }

  #online(session: Session, operation: Operation, because: string): void {
    const { client, server, timeUs } = operation;
    const object = this.#object(operation);
    const what = `${this.#functionName(operation)}${object === '' ? '' : ` ${object}`}`;
    const listing = session.listings.get(ONLINE_EDIT);
    // Many requests make up one change: each name is told once.
    const isNew = listing?.texts.includes(what) !== true;
    const told = isNew ? listed(session, ONLINE_EDIT, what, 0, operation.requestFrame) : listing;
    const planned = this.#planned(client, server, timeUs);
    this.#raise(ONLINE_EDIT, planned === '' ? 'high' : 'info', session, timeUs, told.frames, () => {
      const list = `${told.texts.join(', ')}${told.count > told.texts.length ? ' …' : ''}`;
      const text = `${this.#address(client)} changed the program of ${this.#address(server)} while it runs (${because}): ${list}.`;
      return planned === '' ? text : `${text} ${planned}`;
    });
  }

  #stored(session: Session, operation: Operation): void {
    const { client, server, timeUs } = operation;
    const planned = this.#planned(client, server, timeUs);
    this.#raise(MADE_PERMANENT, planned === '' ? 'high' : 'info', session, timeUs, framesOf(operation), () => {
      const sent = session.listings.get(PROGRAM_SENT);
      const before =
        sent === undefined
          ? 'What it holds now was loaded before this capture, or by another way.'
          : `Loaded before in the same session: ${listingText(sent)}.`;
      const text = `${this.#address(client)} had ${this.#address(server)} store its program for good (${this.#functionName(operation)}). ${before}`;
      return planned === '' ? text : `${text} ${planned}`;
    });
  }

  #projectFile(transfer: Transfer): void {
    const { client, server, timeUs, frame, size, name, direction, protocol } = transfer;
    const tool = projectTool(name, size);
    if (tool === '') return;
    const [from, to] = direction === 'to-server' ? [client, server] : [server, client];
    const { intent } = this.#site;
    const stations = intent?.declared.engineeringStations.length ?? 0;
    const isKnown = stations === 0 || intent!.isEngineeringStation(from) || intent!.isEngineeringStation(to);
    const unknown = isKnown ? '' : ' Neither is an engineering station that 1sec.yaml declares.';
    this.#site.raise({
      kind: PROJECT_FILE.kind,
      severity: isKnown ? PROJECT_FILE.severity : 'medium',
      timeUs,
      subject: { host: to, unit: -1, port: -1 },
      peer: { host: from, unit: -1, port: -1 },
      object: showable(name, 120),
      explanation: `${this.#address(from)} handed ${this.#address(to)} a project of ${tool} by ${protocol}: ${partText(transfer)}.${unknown}`,
      frames: frame > 0 ? [frame] : [],
    });
  }

  /** `192.0.2.1 sent 192.0.2.2 by S7 block download`. */
  #how({ client, server, carrier, direction }: Transfer): string {
    return direction === 'to-server'
      ? `${this.#address(client)} sent ${this.#address(server)} by ${carrier}`
      : `${this.#address(client)} read from ${this.#address(server)} by ${carrier}`;
  }

  #raise(
    kind: AlertKind,
    severity: Severity,
    session: Session,
    timeUs: number,
    frames: readonly number[],
    explanation: () => string,
    object = '',
  ): void {
    if (this.#site.learning.isTeaching) return;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs,
      subject: { host: session.server, unit: session.unit, port: -1 },
      peer: { host: session.client, unit: -1, port: -1 },
      object,
      explanation,
      replacesExplanation: true,
      frames: frames.filter((frame) => frame > 0),
    });
  }

  /** Why it is no alarm here, as a sentence; '' where nobody announced it. */
  #planned(client: number, server: number, timeUs: number): string {
    const { intent } = this.#site;
    if (intent?.isEngineeringStation(client) !== true) return '';
    const window = intent.windowAt(server, timeUs);
    return window === null
      ? ''
      : `It is noted only: 1sec.yaml declares ${this.#address(client)} an engineering station, and the maintenance window "${window.name}" for this time.`;
  }

  #stepText(said: string, operation: Operation): string {
    const object = operation.verb === Verb.delete ? this.#object(operation) : '';
    return object === '' ? said : `${said} ${object}`;
  }

  #object({ protocol, space, first, nameBytes, nameStart, nameEnd }: Operation): string {
    if (nameEnd > nameStart) {
      return showable(Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'), 64);
    }
    return first < 0 ? '' : `${this.#site.protocols[protocol]?.spaceName(space) ?? ''}${grouped(first)}`;
  }

  #functionName(operation: Operation): string {
    return this.#protocol(operation)?.functionName(operation.function, operation.subfunction) ?? '';
  }

  #protocol({ protocol }: Operation): Site['protocols'][number] | undefined {
    return this.#site.protocols[protocol];
  }

  #address(host: number): string {
    return this.#site.hosts.address(host);
  }
}

function framesOf({ requestFrame, answerFrame }: Operation): number[] {
  return [requestFrame, answerFrame];
}
