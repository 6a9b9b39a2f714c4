// Files on data conversations: what a command plans, the bytes as they come, and when and how whole it ended.
import type { FactSink } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { transferFact, type CarriedTransfer } from '../facts-of-messages.ts';
import type { Announcement } from './announced.ts';

/** A file nothing more was seen of for so long has ended. */
const IDLE_US = 60e6;
/** Data conversations followed at a time; more are recognised and passed over. */
const DATA_MAX = 4096;

/** What a command is about to carry, and what came of it. */
export interface Plan {
  readonly isFile: boolean;
  readonly isToServer: boolean;
  readonly name: string;
  /** Where the restart marker (REST) puts the first byte. */
  readonly offset: number;
  /** TYPE I: sizes that are told are those on the wire. */
  readonly isImage: boolean;
  /** Size of the whole that the server tells, -1 where it does not. */
  toldSize: number;
  /** The last reply to the command, 0 until it was seen. */
  reply: number;
  /** The control conversation is over: no reply will come. */
  isAlone: boolean;
  file: OpenFile | null;
}

interface OpenFile extends CarriedTransfer {
  size: number;
  isComplete: boolean;
  lastUs: number;
  lastFrame: number;
  /** The sender closed its side. */
  isEnded: boolean;
  /** Nothing more will come. */
  isOver: boolean;
}

interface DataFlow {
  readonly announcement: Announcement;
  plan: Plan | null;
  /** Bytes that came before the command was seen, or were lost. */
  skipped: number;
  isLossy: boolean;
  /** Nobody knows how many were lost, so that what follows has no place. */
  isAdrift: boolean;
}

export class Transfers {
  readonly #flows = new Map<number, DataFlow>();
  readonly #open = new Set<Plan>();
  #begun = 0;

  /** The conversation was announced. */
  adopt(flow: number, announcement: Announcement): void {
    if (this.#flows.size >= DATA_MAX) return;
    this.#flows.set(flow, { announcement, plan: announcement.plan, skipped: 0, isLossy: false, isAdrift: false });
  }

  isData(flow: number): boolean {
    return this.#flows.has(flow);
  }

  piece(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const data = this.#flows.get(context.flow);
    if (data === undefined || end <= start || data.isAdrift) return;
    data.plan ??= data.announcement.plan;
    const { plan } = data;
    if (plan === null) {
      data.skipped += end - start;
      data.isLossy = true;
      return;
    }
    if (!plan.isFile || isFromServer(data, context) === plan.isToServer) return;
    const file = plan.file ?? this.#begin(plan, data, context);
    if (file.isOver) return;
    file.lastUs = context.timeUs;
    file.lastFrame = context.frame;
    const offset = plan.offset + data.skipped + file.size;
    file.size += end - start;
    context.sink.transfer(
      transferFact(file, 'ftp', 'piece', context.timeUs, context.frame, offset, bytes.subarray(start, end)),
    );
  }

  /** `lostBytes`: -1 where nobody knows. */
  lost(context: MessageContext, lostBytes: number): boolean {
    const data = this.#flows.get(context.flow);
    if (data === undefined) return false;
    const { plan } = data;
    // The receiver sends nothing that the file would miss.
    if (plan !== null && isFromServer(data, context) === plan.isToServer) return true;
    data.isLossy = true;
    if (lostBytes >= 0) data.skipped += lostBytes;
    else data.isAdrift = true;
    if (plan !== null && plan.file !== null) plan.file.isComplete = false;
    return true;
  }

  /** The sender has closed its side. */
  ended(context: MessageContext): void {
    const data = this.#flows.get(context.flow);
    const file = data?.plan?.file;
    if (file === null || file === undefined || isFromServer(data!, context) === data!.plan!.isToServer) return;
    file.isEnded = true;
    file.isOver = true;
    this.#finishIfKnown(data!.plan!, context.sink);
  }

  closed(flow: number, context: MessageContext): void {
    const data = this.#flows.get(flow);
    if (data === undefined) return;
    this.#flows.delete(flow);
    const file = data.plan?.file;
    if (file === null || file === undefined) return;
    file.isOver = true;
    this.#finishIfKnown(data.plan!, context.sink);
  }

  /** The last reply to the command was seen. */
  replied(plan: Plan, code: number, announcement: Announcement | null, context: MessageContext): void {
    plan.reply = code;
    if (plan.file === null && plan.isFile && plan.toldSize === 0 && code < 300 && announcement !== null)
      this.#empty(plan, announcement, context);
    this.#finishIfKnown(plan, context.sink);
  }

  controlClosed(plan: Plan, context: MessageContext): void {
    plan.isAlone = true;
    this.#finishIfKnown(plan, context.sink);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const plan of this.#open) if (timeUs - plan.file!.lastUs > IDLE_US) this.#finish(plan, context.sink);
  }

  #begin(plan: Plan, data: DataFlow, context: MessageContext): OpenFile {
    const file = this.#fileOf(plan, data.announcement, context);
    file.isComplete = !data.isLossy;
    plan.file = file;
    this.#open.add(plan);
    context.sink.transfer(transferFact(file, 'ftp', 'begun', context.timeUs, context.frame));
    return file;
  }

  /** Nothing is sent of an empty file. */
  #empty(plan: Plan, announcement: Announcement, context: MessageContext): void {
    const file = this.#fileOf(plan, announcement, context);
    file.isEnded = true;
    file.isOver = true;
    plan.file = file;
    this.#open.add(plan);
    context.sink.transfer(transferFact(file, 'ftp', 'begun', context.timeUs, context.frame));
  }

  #fileOf(plan: Plan, announcement: Announcement, context: MessageContext): OpenFile {
    return {
      id: `ftp-${++this.#begun}`,
      flow: context.flow,
      client: announcement.client,
      server: announcement.server,
      unit: -1,
      carrier: 'ftp',
      direction: plan.isToServer ? 'to-server' : 'to-client',
      name: plan.name,
      size: 0,
      isComplete: true,
      lastUs: context.timeUs,
      lastFrame: context.frame,
      isEnded: false,
      isOver: false,
    };
  }

  /** The end of the bytes and the reply come in any order. */
  #finishIfKnown(plan: Plan, sink: FactSink): void {
    if (plan.file?.isOver === true && (plan.reply !== 0 || plan.isAlone)) this.#finish(plan, sink);
  }

  #finish(plan: Plan, sink: FactSink): void {
    if (!this.#open.delete(plan)) return;
    const file = plan.file!;
    const whole = plan.toldSize;
    const isWhole = file.isEnded ? !(plan.isImage && file.size < whole) : file.size === whole;
    file.isOver = true;
    file.isComplete = file.isComplete && isWhole && plan.offset === 0 && plan.reply < 400;
    sink.transfer(transferFact(file, 'ftp', 'ended', file.lastUs, file.lastFrame));
  }
}

/** Does the FTP server say this, whoever opened the data conversation? */
function isFromServer(data: DataFlow, context: MessageContext): boolean {
  const { announcement } = data;
  const isListenerServer = announcement.port === context.serverPort && announcement.hosts.includes(context.server);
  const isFromListener = isListenerServer !== context.fromClient;
  return isFromListener === announcement.isPassive;
}
