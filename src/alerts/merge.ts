// Turns judgements into alerts: the same kind, subject, peer and object within an episode become one alert that counts.
import type { Alert, AlertKind, AlertParty, Judgement, Party, Severity } from '../facts/alert.ts';
import type { HostDirectory } from '../facts/facts.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { identifier } from '../assets/identifier.ts';
import { joinIncidents } from './incident.ts';
import { MANY } from './many.ts';
import { severityRank, worseSeverity } from './severity.ts';

export interface AlertDeskOptions {
  /** At most this many frames are listed for an alert: the first half and the last half. 256 unless told. */
  readonly framesMax?: number;
  /** Open episodes of one kind on one device; more become one with the object `(many)`. 64 unless told. */
  readonly openPerSubjectMax?: number;
  /** Alerts in all; beyond it every kind has one more, `(many)`, for all devices together. 16,384 unless told. */
  readonly alertsMax?: number;
  /** Called when an alert is new and when its severity rises. */
  readonly onAlert?: (alert: Alert) => void;
}

const SWEEP_EVERY_US = 1_000_000;
/** Episodes that are found without their key: a power of two. */
const RECENT = 1024;

interface Episode {
  /** '' until first asked for: by then more is known of what stands behind an address. */
  id: string;
  /** Time of the judgement that began it: part of the id. */
  readonly begunUs: number;
  readonly kind: AlertKind;
  /** False once it is over. */
  isOpen: boolean;
  readonly subjectKey: string;
  readonly subject: Party;
  readonly peer: Party | null;
  readonly object: string;
  severity: Severity;
  explanation: string;
  firstUs: number;
  lastUs: number;
  count: number;
  /** The first half of the listed frames, then a ring of the last half. */
  readonly firstFrames: FrameReference[];
  readonly lastFrames: FrameReference[];
  framesSeen: number;
  /** Nothing came since it was last handed out by `grown`. */
  isTold: boolean;
  /** As it was last found. */
  incident: string | null;
}

/**
 * Bounds: 64 open episodes of one kind on one device, then one more with the object `(many)` and no peer; 16,384
 * alerts in all, then one for each kind; nothing is dropped uncounted, `collapsed` says how many judgements were so
 * lumped together. An episode is over when nothing of its key came for the kind's `quietSeconds` of packet time.
 */
export class AlertDesk {
  /** Judgements that went to a `(many)` alert. */
  collapsed = 0;
  /** Judgements of a kind that no module declares: a mistake in a module. */
  unknownKinds = 0;
  readonly #kinds = new Map<string, AlertKind>();
  readonly #hosts: HostDirectory;
  readonly #assetId: (host: number, unit: number) => string;
  readonly #framesMax: number;
  readonly #openPerSubjectMax: number;
  readonly #alertsMax: number;
  readonly #onAlert: ((alert: Alert) => void) | undefined;
  readonly #open = new Map<string, Episode>();
  readonly #openPerSubject = new Map<string, number>();
  /** By a hash of the parties: the episode that grew last. What is judged is nearly always what was judged before. */
  readonly #recent: (Episode | null)[] = new Array<Episode | null>(RECENT).fill(null);
  readonly #all: Episode[] = [];
  /** Nothing came since alerts were last joined. */
  #isJoined = true;
  #nowUs = 0;
  #sweptUs = 0;

  constructor(
    kinds: readonly AlertKind[],
    hosts: HostDirectory,
    assetId: (host: number, unit: number) => string,
    options: AlertDeskOptions = {},
  ) {
    for (const kind of kinds) this.#kinds.set(kind.kind, kind);
    this.#hosts = hosts;
    this.#assetId = assetId;
    this.#framesMax = options.framesMax ?? 256;
    this.#openPerSubjectMax = options.openPerSubjectMax ?? 64;
    this.#alertsMax = options.alertsMax ?? 16_384;
    this.#onAlert = options.onAlert;
  }

  raise(judgement: Judgement): void {
    const kind = this.#kinds.get(judgement.kind);
    if (kind === undefined) {
      this.unknownKinds++;
      return;
    }
    this.#nowUs = Math.max(this.#nowUs, judgement.timeUs);
    const place = placeOf(judgement);
    const recent = this.#recent[place] ?? null;
    if (recent !== null && isOf(recent, kind, judgement) && !this.#isOver(recent)) {
      this.#grow(recent, judgement, judgement.severity ?? kind.severity);
      return;
    }
    const subjectKey = `${judgement.kind} ${judgement.subject.host} ${judgement.subject.unit}`;
    const key = `${subjectKey} ${judgement.peer?.host ?? -1} ${judgement.peer?.unit ?? -1} ${judgement.object}`;
    const severity = judgement.severity ?? kind.severity;
    const known = this.#running(key);
    if (known !== null) {
      this.#recent[place] = known;
      this.#grow(known, judgement, severity);
      return;
    }
    this.#endQuietOnes();
    if (this.#all.length >= this.#alertsMax) {
      this.#lump(kind, `${judgement.kind} *`, judgement, severity);
    } else if ((this.#openPerSubject.get(subjectKey) ?? 0) >= this.#openPerSubjectMax) {
      this.#lump(kind, subjectKey, judgement, severity);
    } else {
      this.#begin(key, kind, subjectKey, judgement, judgement.peer, judgement.object, severity);
    }
  }

  /** Worst first, then by time, kind and device; the same judgements give the same list. */
  alerts(): Alert[] {
    return this.#joined().sort(byUrgency);
  }

  /** Those that are new, have grown or came into another incident since the last call, in the order in which they began. */
  grown(): Alert[] {
    const alerts: Alert[] = [];
    if (!this.#isJoined) this.#joined();
    for (const episode of this.#all) {
      if (episode.isTold) continue;
      episode.isTold = true;
      alerts.push(this.#alert(episode));
    }
    return alerts;
  }

  /** All in the order in which they began, joined as things stand; what that changes is told again. */
  #joined(): Alert[] {
    const alerts = this.#all.map((episode) => this.#alert(episode));
    if (this.#isJoined) return alerts;
    this.#isJoined = true;
    const incidents = joinIncidents(alerts);
    for (const [index, episode] of this.#all.entries()) {
      const incident = incidents.get(episode.id) ?? null;
      if (incident === episode.incident) continue;
      episode.incident = incident;
      episode.isTold = false;
      alerts[index] = { ...alerts[index]!, incident };
    }
    return alerts;
  }

  #running(key: string): Episode | null {
    const episode = this.#open.get(key);
    if (episode === undefined) return null;
    if (!this.#isOver(episode)) return episode;
    this.#end(key, episode);
    return null;
  }

  #isOver(episode: Episode): boolean {
    return this.#nowUs - episode.lastUs > episode.kind.quietSeconds * 1_000_000;
  }

  #end(key: string, episode: Episode): void {
    this.#open.delete(key);
    episode.isOpen = false;
    const left = (this.#openPerSubject.get(episode.subjectKey) ?? 1) - 1;
    if (left > 0) this.#openPerSubject.set(episode.subjectKey, left);
    else this.#openPerSubject.delete(episode.subjectKey);
  }

  #endQuietOnes(): void {
    if (this.#nowUs - this.#sweptUs < SWEEP_EVERY_US) return;
    this.#sweptUs = this.#nowUs;
    for (const [key, episode] of this.#open) if (this.#isOver(episode)) this.#end(key, episode);
  }

  #lump(kind: AlertKind, subjectKey: string, judgement: Judgement, severity: Severity): void {
    this.collapsed++;
    const key = `${subjectKey} ${MANY}`;
    const known = this.#open.get(key);
    if (known !== undefined) this.#grow(known, judgement, severity);
    else this.#begin(key, kind, key, judgement, null, MANY, severity);
  }

  #begin(
    key: string,
    kind: AlertKind,
    subjectKey: string,
    judgement: Judgement,
    peer: Party | null,
    object: string,
    severity: Severity,
  ): void {
    const { subject, timeUs } = judgement;
    const episode: Episode = {
      id: '',
      begunUs: timeUs,
      kind,
      isOpen: true,
      subjectKey,
      subject,
      peer,
      object,
      severity,
      explanation: inWords(judgement),
      firstUs: timeUs,
      lastUs: timeUs,
      count: 1,
      firstFrames: [],
      lastFrames: [],
      framesSeen: 0,
      isTold: false,
      incident: null,
    };
    this.#isJoined = false;
    this.#addFrames(episode, judgement.frames);
    this.#open.set(key, episode);
    this.#openPerSubject.set(subjectKey, (this.#openPerSubject.get(subjectKey) ?? 0) + 1);
    this.#all.push(episode);
    this.#onAlert?.(this.#alert(episode));
  }

  #grow(episode: Episode, judgement: Judgement, severity: Severity): void {
    episode.count++;
    episode.isTold = false;
    this.#isJoined = false;
    // What stayed unanswered is judged late, so a judgement may be older than the one before.
    episode.firstUs = Math.min(episode.firstUs, judgement.timeUs);
    episode.lastUs = Math.max(episode.lastUs, judgement.timeUs);
    if (judgement.replacesExplanation === true) episode.explanation = inWords(judgement);
    this.#addFrames(episode, judgement.frames);
    const worst = worseSeverity(episode.severity, severity);
    if (worst === episode.severity) return;
    episode.severity = worst;
    // What made it worse is what must be read.
    episode.explanation = inWords(judgement);
    this.#onAlert?.(this.#alert(episode));
  }

  #addFrames(episode: Episode, frames: readonly FrameReference[]): void {
    const { firstFrames, lastFrames } = episode;
    const firstMax = this.#framesMax === Infinity ? Infinity : this.#framesMax >> 1;
    const lastMax = this.#framesMax - firstMax;
    // An iterator would be one more object for each judgement.
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index]!;
      if (frame <= 0 || frame === firstFrames[firstFrames.length - 1]) continue;
      if (firstFrames.length < firstMax) {
        firstFrames.push(frame);
      } else if (lastMax > 0) {
        const late = episode.framesSeen - firstFrames.length;
        if (late > 0 && frame === lastFrames[(late - 1) % lastMax]) continue;
        lastFrames[late % lastMax] = frame;
      }
      episode.framesSeen++;
    }
  }

  #alert(episode: Episode): Alert {
    const late = episode.framesSeen - episode.firstFrames.length;
    const turn = episode.lastFrames.length === 0 ? 0 : late % episode.lastFrames.length;
    const frames = [
      ...episode.firstFrames,
      ...(late > episode.lastFrames.length
        ? [...episode.lastFrames.slice(turn), ...episode.lastFrames.slice(0, turn)]
        : episode.lastFrames),
    ];
    const { kind } = episode;
    const subject = this.#party(episode.subject);
    const peer = episode.peer === null ? null : this.#party(episode.peer);
    if (episode.id === '') {
      const { object, begunUs } = episode;
      episode.id = identifier(kind.kind, subject.asset, subject.unit ?? -1, peer?.asset ?? '', object, begunUs);
    }
    return {
      id: episode.id,
      kind: kind.kind,
      module: kind.kind.slice(0, kind.kind.indexOf('/')),
      severity: episode.severity,
      title: kind.title,
      explanation: episode.explanation,
      advice: kind.advice,
      subject,
      peer,
      object: episode.object,
      firstUs: episode.firstUs,
      lastUs: episode.lastUs,
      count: episode.count,
      techniques: kind.techniques,
      frames,
      framesOmitted: episode.framesSeen - frames.length,
      incident: episode.incident,
    };
  }

  #party(party: Party): AlertParty {
    const address = this.#hosts.address(party.host);
    const isMac = this.#hosts.addressKind(party.host) === 'mac';
    const mac = isMac ? address : this.#hosts.mac(party.host);
    return {
      asset: this.#assetId(party.host, party.unit),
      segment: this.#hosts.segment(party.host),
      ip: isMac ? null : address,
      mac: mac === '' ? null : mac,
      port: party.port < 0 ? null : party.port,
      unit: party.unit < 0 ? null : party.unit,
    };
  }
}

function placeOf({ kind, subject, peer, object }: Judgement): number {
  const mixed = Math.imul(subject.host, 0x9e37_79b1) ^ Math.imul(peer === null ? 0 : peer.host, 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15) ^ subject.unit ^ (kind.length << 3) ^ (object.length << 6)) & (RECENT - 1);
}

/** Whether the episode is open and the judgement has its key. */
function isOf(episode: Episode, kind: AlertKind, { subject, peer, object }: Judgement): boolean {
  if (!episode.isOpen || episode.kind !== kind || episode.object !== object) return false;
  if (episode.subject.host !== subject.host || episode.subject.unit !== subject.unit) return false;
  const before = episode.peer;
  if (before === null || peer === null) return before === peer;
  return before.host === peer.host && before.unit === peer.unit;
}

/** What is put together of pieces weighs several times as much until somebody looks at a character of it. */
function inWords({ explanation }: Judgement): string {
  const words = typeof explanation === 'string' ? explanation : explanation();
  words.charCodeAt(0);
  return words;
}

function byUrgency(left: Alert, right: Alert): number {
  return (
    severityRank(right.severity) - severityRank(left.severity) ||
    left.firstUs - right.firstUs ||
    compareText(left.kind, right.kind) ||
    compareText(left.subject.asset, right.subject.asset) ||
    (left.subject.unit ?? -1) - (right.subject.unit ?? -1) ||
    compareText(left.id, right.id)
  );
}

/** By code unit, the same on every machine whatever its locale. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
