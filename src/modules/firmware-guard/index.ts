// Follows firmware on its way to devices, by whatever protocol: which image it is, whether it is known to be good and
// whole, whether it fits the device, and whether what the device says of its version agrees with what was sent.
import { grouped, showable } from '../../bytes/text.ts';
import type { AlertKind, Judgement, Severity } from '../../facts/alert.ts';
import type { Claim, Conversation, Transfer } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { timesText } from '../plain-words.ts';
import { firmwareReason } from '../../transfers/firmware-kinds.ts';
import { imageText, judgeImage, type Image, type Verdict } from './judge-image.ts';
import { KnownGood } from './known-good.ts';
import {
  DOWNGRADE,
  IMAGE_SENT,
  KINDS,
  SAME_IMAGE,
  UNUSUAL_CARRIER,
  UPDATE_MODE,
  VERSION_CHANGED,
  VERSION_UNCHANGED,
} from './kinds.ts';
import { PassingImages } from './passing.ts';
import { Receivers } from './receivers.ts';
import { Ways } from './usual-ways.ts';
import { compareVersions, Versions } from './versions.ts';

const HOSTS_MAX = 16_384;
const IMAGES_MAX = 4096;
const SEVERAL_DEVICES = 3;
const DEVICES_OF_IMAGE_MAX = 256;
/** An update and its restart are over. */
const UPDATED_AFTER_US = 600_000_000;
const UPDATE_WORDS = /\b(?:begin|prepare|enter|boot)/i;

export const firmwareGuard: Module = {
  meta: {
    id: 'firmware-guard',
    title: 'Firmware guard',
    purpose: 'Follows firmware images on their way to devices, and compares them with those that are known to be good.',
    scope: 'site',
    kinds: KINDS,
  },
  start: (site) => new FirmwareGuard(site),
};

/** What is no alarm in a maintenance window; what is wrong with an image is one all the same. */
const PLANNABLE: ReadonlySet<AlertKind> = new Set([IMAGE_SENT, UPDATE_MODE, SAME_IMAGE, VERSION_CHANGED]);

/** The last image that a host was sent. */
interface LastImage {
  readonly timeUs: number;
  readonly isComplete: boolean;
  readonly text: string;
  /** What the device reported before, and where; undefined where it had said nothing. */
  readonly before: Claim | undefined;
  isToldUnchanged: boolean;
}

class FirmwareGuard implements ModuleHandlers {
  readonly verbs = [Verb.publish, Verb['firmware-download']];
  readonly #site: Site;
  readonly #known: KnownGood | null;
  readonly #passing = new PassingImages();
  readonly #receivers: Receivers;
  readonly #versions = new Versions();
  readonly #ways = new Ways();
  readonly #lastImages = new Map<number, LastImage>();
  /** By hash: who was sent it, and the frame. */
  readonly #devicesOf = new Map<string, Map<number, number>>();

  constructor(site: Site) {
    this.#site = site;
    this.#known = site.knownFirmware === undefined ? null : new KnownGood(site.knownFirmware);
    this.#receivers = new Receivers(site.protocols);
  }

  conversation(conversation: Conversation): void {
    this.#receivers.conversation(conversation);
  }

  operation(operation: Operation): void {
    const { verb, server, protocol: index, timeUs, unit } = operation;
    const protocol = this.#site.protocols[index];
    if (protocol?.family === 'messaging') {
      this.#topic(operation);
      return;
    }
    if (verb !== Verb['firmware-download'] || protocol === undefined) return;
    const name = protocol.functionName(operation.function, operation.subfunction);
    // What is refused changes no mode; command-sentinel tells that it was asked for.
    if (!UPDATE_WORDS.test(name) || operation.outcome === Outcome.refused) return;
    const { hosts } = this.#site;
    const frames = [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0);
    const client = operation.client;
    this.#raise(UPDATE_MODE, UPDATE_MODE.severity, {
      timeUs,
      subject: { host: server, unit, port: -1 },
      peer: { host: client, unit: -1, port: -1 },
      object: '',
      explanation: `${hosts.address(client)} asked ${hosts.address(server)} for an update by ${protocol.title} (${name}).`,
      frames,
    });
  }

  transfer(transfer: Transfer): void {
    if (transfer.phase === 'piece') this.#passing.piece(transfer);
    else if (transfer.phase === 'ended') this.#ended(transfer);
  }

  claim(claim: Claim): void {
    this.#receivers.claim(claim);
    if (claim.attribute !== 'firmware' || claim.trust < 0.5) return;
    const change = this.#versions.claim(claim);
    if (change === null) {
      if (this.#versions.isFirst(claim)) this.#reported(claim);
      return;
    }
    const { before, now } = change;
    const last = this.#lastImages.get(now.host);
    if (before.value === now.value) {
      if (last !== undefined) this.#unchanged(last, now);
      return;
    }
    this.#reported(now);
    const what = `${this.#address(now.host)} reports firmware ${shown(now.value)} (${shown(now.source)}), and before ${shown(before.value)}`;
    const frames = [before.frame, now.frame].filter((frame) => frame > 0);
    const common = { timeUs: now.timeUs, subject: { host: now.host, unit: now.unit, port: -1 }, peer: null, frames };
    const isUnseen = last === undefined || last.timeUs < before.timeUs;
    if ((compareVersions(now.value, before.value) ?? 0) < 0) {
      const unseen = isUnseen ? '; no image for it was seen' : '';
      const explanation = `${what}: the one now is older${unseen}.`;
      this.#raise(DOWNGRADE, 'high', { ...common, object: now.source, explanation });
      return;
    }
    if (!isUnseen) return;
    const explanation = `${what}; no image for it was seen between the two.`;
    this.#raise(VERSION_CHANGED, VERSION_CHANGED.severity, { ...common, object: now.source, explanation });
  }

  #topic(operation: Operation): void {
    const { verb, server, first, client, timeUs, nameBytes, nameStart, nameEnd } = operation;
    if (verb === Verb.publish) {
      this.#ways.published(server, first);
      return;
    }
    const before = this.#ways.publishedBefore(server, first);
    if (before === 0) return;
    const topic = showable(Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('utf8'), 120);
    this.#raise(UNUSUAL_CARRIER, 'high', {
      timeUs,
      subject: { host: server, unit: -1, port: -1 },
      peer: { host: client, unit: -1, port: -1 },
      object: topic,
      explanation: `${this.#address(client)} published an image under ${topic}; ${timesText(before)} before, other content came there and never an image.`,
      frames: [operation.requestFrame].filter((frame) => frame > 0),
    });
  }

  #unchanged(last: LastImage, now: Claim): void {
    const { before } = last;
    if (!last.isComplete || last.isToldUnchanged || before === undefined || before.value !== now.value) return;
    if (before.source !== now.source || now.timeUs - last.timeUs < UPDATED_AFTER_US) return;
    last.isToldUnchanged = true;
    this.#raise(VERSION_UNCHANGED, VERSION_UNCHANGED.severity, {
      timeUs: now.timeUs,
      subject: { host: now.host, unit: now.unit, port: -1 },
      peer: null,
      object: now.source,
      explanation: `${this.#address(now.host)} was sent ${last.text}, and still reports firmware ${shown(now.value)} (${shown(now.source)}), as before.`,
      frames: [now.frame].filter((frame) => frame > 0),
    });
  }

  #ended(transfer: Transfer): void {
    const passed = this.#passing.end(transfer.transfer);
    const isToServer = transfer.direction === 'to-server';
    const receiver = isToServer ? transfer.server : transfer.client;
    const sender = isToServer ? transfer.client : transfer.server;
    const isDevice = this.#receivers.isDevice(receiver, transfer.protocol, isToServer);
    const reason = firmwareReason({
      kind: transfer.kind,
      name: transfer.name,
      carrier: transfer.carrier,
      size: transfer.size,
      isReceiverDevice: isDevice,
      usualKind: this.#receivers.usualKind(receiver),
    });
    // What a device hands out is a copy for somebody: nobody's firmware changes.
    const isFromDevice = !isToServer && !isDevice && this.#receivers.isDevice(sender, transfer.protocol, true);
    if (reason === '' || isFromDevice || receiver <= 0) {
      this.#ways.carried(sender, receiver, transfer.protocol);
      return;
    }
    const image: Image = { transfer, passed, receiver, sender, isDevice, reason };
    const verdicts = judgeImage(image, this.#known, this.#receivers, this.#versions);
    for (const verdict of verdicts) this.#tell(image, verdict);
    this.#sent(image, verdicts);
    this.#unusualPair(image);
    this.#sameImage(image);
    this.#receivers.got(receiver, transfer.kind);
    this.#remember(image);
  }

  #unusualPair(image: Image): void {
    const before = this.#ways.carriedBefore(image.sender, image.receiver, image.transfer.protocol);
    if (before === 0) return;
    const text = `${grouped(before)} files passed between the two by ${image.transfer.protocol} before, and none was an image`;
    this.#tell(image, { kind: UNUSUAL_CARRIER, severity: image.isDevice ? 'high' : 'medium', text });
  }

  #sameImage({ transfer, receiver }: Image): void {
    const { sha256, frame, timeUs, name } = transfer;
    if (sha256 === '') return;
    let devices = this.#devicesOf.get(sha256);
    if (devices === undefined) {
      if (this.#devicesOf.size >= IMAGES_MAX) return;
      this.#devicesOf.set(sha256, (devices = new Map<number, number>()));
    }
    if (devices.has(receiver) || devices.size >= DEVICES_OF_IMAGE_MAX) return;
    devices.set(receiver, frame);
    if (devices.size < SEVERAL_DEVICES) return;
    const [first = receiver] = devices.keys();
    const list = [...devices.keys()].slice(0, 8).map((host) => this.#address(host));
    const more = devices.size > list.length ? ' …' : '';
    this.#raise(SAME_IMAGE, this.#known?.find(sha256) === undefined ? SAME_IMAGE.severity : 'info', {
      timeUs,
      subject: { host: first, unit: -1, port: -1 },
      peer: null,
      object: sha256.slice(0, 16),
      explanation: `${devices.size} devices were sent the same image (${showable(name, 80)}, SHA-256 ${sha256}): ${list.join(', ')}${more}.`,
      replacesExplanation: true,
      frames: [...devices.values()].filter((value) => value > 0),
    });
  }

  #reported({ host, unit, timeUs, frame, value, source }: Claim): void {
    const image = { sha256: '', name: '', size: -1, kind: '', verdicts: [] };
    this.#site.firmware({ host, unit, timeUs, frame, what: 'reported', version: value, source, ...image });
  }

  #sent({ transfer, receiver }: Image, verdicts: readonly Verdict[]): void {
    const { timeUs, frame, carrier, sha256, name, size, kind } = transfer;
    this.#site.firmware({
      ...{ host: receiver, unit: transfer.direction === 'to-server' ? transfer.unit : -1, timeUs, frame, what: 'sent' },
      version: this.#known?.find(sha256)?.version ?? '',
      ...{ source: carrier, sha256, name, size, kind },
      verdicts: verdicts.map((verdict) => verdict.kind.kind),
    });
  }

  #remember(image: Image): void {
    const { receiver, transfer } = image;
    if (!this.#lastImages.has(receiver) && this.#lastImages.size >= HOSTS_MAX) return;
    this.#lastImages.set(receiver, {
      timeUs: transfer.timeUs,
      isComplete: transfer.isComplete,
      text: imageText(image),
      before: this.#versions.of(receiver),
      isToldUnchanged: false,
    });
  }

  #tell(image: Image, verdict: Verdict): void {
    const { transfer, receiver, sender } = image;
    const how = `${this.#address(sender)} sent ${this.#address(receiver)} ${imageText(image)} by ${transfer.carrier}`;
    this.#raise(verdict.kind, verdict.severity, {
      timeUs: transfer.timeUs,
      subject: { host: receiver, unit: transfer.direction === 'to-server' ? transfer.unit : -1, port: -1 },
      peer: { host: sender, unit: -1, port: -1 },
      object: showable(transfer.name, 120),
      explanation: `${how} (${image.reason}): ${verdict.text}.`,
      frames: transfer.frame > 0 ? [transfer.frame] : [],
    });
  }

  #raise(kind: AlertKind, severity: Severity, rest: Omit<Parameters<Site['raise']>[0], 'kind' | 'severity'>): void {
    if (this.#site.learning.isTeaching) return;
    const { explanation } = rest;
    const window = PLANNABLE.has(kind) ? this.#window(rest) : '';
    if (window === '' || typeof explanation !== 'string') this.#site.raise({ kind: kind.kind, severity, ...rest });
    else {
      const text = `${explanation} It is noted only: 1sec.yaml declares the maintenance window "${window}" for this time.`;
      this.#site.raise({ kind: kind.kind, ...rest, severity: 'info', explanation: text });
    }
  }

  /** The window in which this is planned; whoever sends an image in it has to be a declared engineering station. */
  #window({ subject, peer, timeUs }: Pick<Judgement, 'subject' | 'peer' | 'timeUs'>): string {
    const { intent } = this.#site;
    if (peer !== null && intent?.isEngineeringStation(peer.host) !== true) return '';
    return intent?.windowAt(subject.host, timeUs)?.name ?? '';
  }

  #address(host: number): string {
    return this.#site.hosts.address(host);
  }
}

function shown(text: string): string {
  return showable(text, 80);
}
