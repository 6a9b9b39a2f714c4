// Learns which devices a segment has, which of them ask and which answer, and how long each is silent; judges a device
// that is new, one that changes sides, and one that has gone. All of it counts seconds of packet time.
import { grown } from '../../bytes/grown.ts';
import type { Severity } from '../../facts/alert.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { NoveltyLearning } from '../../facts/learning.ts';
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { ContextKind, Role, textWord } from '../../learning/contexts.ts';
import { unconfirmedSighting, weighed } from '../unconfirmed.ts';
import { chanceText, countOf, spanText, timesText } from '../plain-words.ts';
import { DEVICE_VANISHED, NEW_DEVICE, ROLE_CHANGED } from './kinds.ts';
import { grouped } from '../../bytes/text.ts';

const SECOND_US = 1_000_000;
/** More seconds than this between two ticks are a pause of the capture, not silence of a device. */
const PAUSE_US = 5 * SECOND_US;
/** A device is gone when it is silent for so many times its own longest silence, and no less than half a minute. */
const SILENCES = 5;
const SILENCE_MIN = 30;
/** Seconds in which a device must have been heard before its silence means anything. */
const HEARD_MIN = 100;
/** How often silences are looked at, and what asks in vain before a silent server is missed. */
const LOOK_EVERY = 5;
const FAILURES_MIN = 2;
/** More new devices than this in a segment: it is not known after all, and is learned further. */
const NEW_DEVICES_MAX = 16;
/** Hosts whose rhythm is kept: as many as the host table has. */
const HOSTS_MAX = 262_144;

/** What is kept of a host, in one line of the cache: whole numbers, then doubles. */
const WIDTH = 16;
const DOUBLE_WIDTH = WIDTH / 2;
/** Seconds heard, the last of them, the longest silence; failures since; state. */
const HEARD = 0;
const LAST = 1;
const SILENCE = 2;
const FAILURES = 3;
const STATE = 4;
/** The seconds in which it was last counted as answering and as asking: each second counts once. */
const SERVED = 5;
const ASKED = 6;
/** The second in which it was last found to be there. */
const PRESENT = 7;
/** Its rows in the learning tables, 0 where they are not known yet: presence, then a role each (see Role). */
const ROWS = 8;
/** Doubles: the last frame; when it was last counted as answering: what was asked before, and is told late as unanswered,
 * is no failure. */
const FRAME = 6;
const SERVED_US = 7;
const HOSTS_FIRST = 256;
/** Bits of STATE. */
const SERVES = 1;
const IS_NEW = 2;
const IS_GONE = 4;
const SERVES_ANEW = 8;
const ASKS_ANEW = 16;

export class UsualDevices {
  readonly #site: Site;
  /** Counted by ticks, not by the clock: pauses of the capture do not count. */
  #second = 1;
  #tickUs = 0;
  #hosts: Int32Array<ArrayBuffer>;
  /** The same memory. */
  #doubles: Float64Array;
  #hostCount = 0;
  readonly #newDevices = new Map<number, number[]>();

  constructor(site: Site) {
    this.#site = site;
    const buffer = new ArrayBuffer(HOSTS_FIRST * WIDTH * 4);
    this.#hosts = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  operation(operation: Operation): void {
    const { client, server } = operation;
    if (!this.#makeRoom(Math.max(client, server))) return;
    const hosts = this.#hosts;
    const second = this.#second;
    // Who is told something unasked may not even be there.
    if (hosts[client * WIDTH + ASKED] !== second && operation.verb !== Verb.report) this.#asks(operation, second);
    if (operation.outcome === Outcome.unanswered) this.#fails(server, operation.timeUs);
    else if (hosts[server * WIDTH + SERVED] !== second) this.#serves(operation, second);
  }

  /** Who opens a conversation, and who answers, is there. */
  conversation(conversation: Conversation): void {
    const { client, server, phase } = conversation;
    if (!this.#makeRoom(Math.max(client, server))) return;
    if (phase === 'closed') {
      if (!conversation.isAnswered) this.#fails(server, conversation.firstUs);
      return;
    }
    if (phase === 'updated' || conversation.transport === 'link') return;
    this.#isHere(client, conversation.timeUs, conversation.frame, false);
    if (phase === 'answered' || conversation.serverPackets > 0) {
      this.#isHere(server, conversation.timeUs, conversation.frame, false);
    }
  }

  tick(timeUs: number): void {
    const sinceUs = timeUs - this.#tickUs;
    this.#tickUs = timeUs;
    this.#second += sinceUs > PAUSE_US ? 1 : Math.max(1, Math.floor(sinceUs / SECOND_US));
    if (!this.#site.learning.isTeaching && this.#second % LOOK_EVERY === 0) this.#lookForSilence(timeUs);
  }

  /** Something asked at `timeUs` got no answer: a failure, unless the host has answered later questions since. */
  #fails(server: number, timeUs: number): void {
    const servedUs = this.#doubles[server * DOUBLE_WIDTH + SERVED_US]!;
    if (timeUs > servedUs + SECOND_US) this.#hosts[server * WIDTH + FAILURES]!++;
  }

  #asks(operation: Operation, second: number): void {
    const { client } = operation;
    this.#hosts[client * WIDTH + ASKED] = second;
    this.#heard(client, second, operation.requestFrame);
    this.#isHere(client, operation.timeUs, operation.requestFrame, false);
    this.#learnRole(operation, client, Role.asks);
  }

  #serves(operation: Operation, second: number): void {
    const { server } = operation;
    this.#hosts[server * WIDTH + SERVED] = second;
    this.#hosts[server * WIDTH + FAILURES] = 0;
    this.#doubles[server * DOUBLE_WIDTH + SERVED_US] = operation.timeUs;
    this.#heard(server, second, operation.answerFrame);
    this.#isHere(server, operation.timeUs, operation.answerFrame, true);
    this.#learnRole(operation, server, Role.serves);
  }

  #heard(host: number, second: number, frame: number): void {
    const at = host * WIDTH;
    const hosts = this.#hosts;
    const last = hosts[at + LAST]!;
    this.#doubles[host * DOUBLE_WIDTH + FRAME] = frame;
    if (last === second) return;
    if (last === 0) this.#recall(host);
    hosts[at + LAST] = second;
    hosts[at + HEARD]!++;
    // A silence that was told of is no part of its rhythm.
    const isBack = (hosts[at + STATE]! & IS_GONE) !== 0;
    if (isBack) hosts[at + STATE] = hosts[at + STATE]! & ~IS_GONE;
    else if (last > 0 && second - last > hosts[at + SILENCE]!) hosts[at + SILENCE] = second - last;
  }

  /** What a baseline says of the rhythm of a device that is heard for the first time in this run. */
  #recall(host: number): void {
    const { novelty } = this.#site.learning;
    const context = novelty.findContext(ContextKind.presence, textWord(this.#site.hosts.segment(host)), 0, 0);
    const known = novelty.findSymbol(context, host, 0);
    if (known === 0) return;
    this.#hosts[host * WIDTH + HEARD] = novelty.seen(known);
    this.#hosts[host * WIDTH + SILENCE] = Math.ceil(novelty.symbolGapUs(known) / SECOND_US);
  }

  /** A device is in its segment; told once where the segment's devices are known and it is not one of them. */
  #isHere(host: number, timeUs: number, frame: number, isServer: boolean): void {
    const { hosts, learning } = this.#site;
    const { novelty } = learning;
    const at = host * WIDTH;
    const state = this.#hosts[at + STATE]!;
    if ((state & IS_NEW) !== 0) {
      if (isServer && (state & SERVES) === 0) {
        this.#hosts[at + STATE] = state | SERVES;
        this.#raiseNew(host, timeUs, frame, true);
      }
      return;
    }
    if (this.#hosts[at + PRESENT] === this.#second) return;
    this.#hosts[at + PRESENT] = this.#second;
    const row = this.#hosts[at + ROWS]!;
    if (row !== 0) {
      novelty.observe(row, timeUs);
      return;
    }
    if (host === 0 || hosts.isBroadcastOrMulticast(host)) return;
    const context = novelty.context(ContextKind.presence, textWord(hosts.segment(host)), 0, 0);
    const known = novelty.findSymbol(context, host, 0);
    if (known === 0) {
      // Behind a router there are as many hosts as the world has.
      if (hosts.mac(host) === '') return;
      if (!learning.isTeaching && novelty.isLearned(context) && this.#isJudgedNew(context, host, timeUs)) {
        this.#hosts[at + STATE] = state | IS_NEW | (isServer ? SERVES : 0);
        this.#raiseNew(host, timeUs, frame, isServer);
        return;
      }
    }
    const symbol = known === 0 ? novelty.symbol(context, host, 0) : known;
    this.#hosts[at + ROWS] = symbol;
    novelty.observe(symbol, timeUs);
  }

  /** False where so many are new that the segment was not known: all of them are then learned. */
  #isJudgedNew(context: number, host: number, timeUs: number): boolean {
    const { novelty } = this.#site.learning;
    let fresh = this.#newDevices.get(context);
    if (fresh === undefined) this.#newDevices.set(context, (fresh = []));
    if (fresh.length < NEW_DEVICES_MAX) {
      fresh.push(host);
      return true;
    }
    for (const device of fresh) {
      this.#hosts[device * WIDTH + STATE] = this.#hosts[device * WIDTH + STATE]! & ~IS_NEW;
      novelty.observe(novelty.symbol(context, device, 0), timeUs);
    }
    this.#newDevices.delete(context);
    return false;
  }

  #raiseNew(host: number, timeUs: number, frame: number, isServer: boolean): void {
    const { hosts, learning } = this.#site;
    const { novelty } = learning;
    const segment = hosts.segment(host);
    const context = novelty.findContext(ContextKind.presence, textWord(segment), 0, 0);
    const { distinct, bound } = novelty.estimate(context);
    const span = knownFor(novelty, context, timeUs);
    const rest = spanText(timeUs - novelty.newestUs(context));
    const mac = hosts.mac(host);
    const explanation =
      `${hosts.address(host)}${mac === '' || mac === hosts.address(host) ? '' : ` (${mac})`} ${isServer ? 'answers requests' : 'speaks'} in segment ` +
      `${segment}, where it was never heard before. In ${span} ${countOf(distinct, 'device')} had been heard there, the last new ` +
      `one ${rest} ago; the chance that what is heard next is a new device is below ${chanceText(bound)}.`;
    const seen = unconfirmedSighting(this.#site, [ContextKind.presence, textWord(segment), 0, 0, host, 0]);
    this.#site.raise({
      kind: NEW_DEVICE.kind,
      ...weighed(isServer ? 'high' : NEW_DEVICE.severity, explanation, seen),
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: '',
      frames: frame > 0 ? [frame] : [],
    });
  }

  #learnRole(operation: Operation, host: number, role: number): void {
    const { novelty, isTeaching } = this.#site.learning;
    const row = this.#hosts[host * WIDTH + ROWS + role]!;
    if (row !== 0) {
      novelty.observe(row, operation.timeUs);
      return;
    }
    const context = novelty.context(ContextKind.roles, host, 0, 0);
    const known = novelty.findSymbol(context, role, 0);
    if (known !== 0 || isTeaching || !novelty.isLearned(context)) {
      const symbol = known === 0 ? novelty.symbol(context, role, 0) : known;
      this.#hosts[host * WIDTH + ROWS + role] = symbol;
      novelty.observe(symbol, operation.timeUs);
      return;
    }
    const at = host * WIDTH + STATE;
    const bit = role === Role.serves ? SERVES_ANEW : ASKS_ANEW;
    if ((this.#hosts[at]! & bit) !== 0) return;
    this.#hosts[at] = this.#hosts[at]! | bit;
    this.#raiseRole(operation, host, role, context);
  }

  #raiseRole(operation: Operation, host: number, role: number, context: number): void {
    const { hosts, learning, protocols } = this.#site;
    const { novelty } = learning;
    const isAsking = role === Role.asks;
    const other = isAsking ? operation.server : operation.client;
    const { observations, bound } = novelty.estimate(context);
    const span = knownFor(novelty, context, operation.timeUs);
    const severity: Severity = isAsking ? 'high' : 'medium';
    const explanation =
      `${hosts.address(host)} ${isAsking ? `asks ${hosts.address(other)}` : `answers ${hosts.address(other)}`} in ` +
      `${protocols[operation.protocol]?.title ?? 'a field protocol'}. In ${span} it was heard in ${grouped(observations)} seconds and only ` +
      `${isAsking ? 'answered' : 'asked'} others: the chance of anything else is below ${chanceText(bound)}.`;
    const seen = unconfirmedSighting(this.#site, [ContextKind.roles, host, 0, 0, role, 0]);
    this.#site.raise({
      kind: ROLE_CHANGED.kind,
      ...weighed(severity, explanation, seen),
      timeUs: operation.timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: { host: other, unit: -1, port: -1 },
      object: isAsking ? 'asks' : 'answers',
      frames: [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0),
    });
  }

  #lookForSilence(timeUs: number): void {
    for (let host = 1; host < this.#hostCount; host++) {
      const at = host * WIDTH;
      const hosts = this.#hosts;
      if (hosts[at + HEARD]! < HEARD_MIN || (hosts[at + STATE]! & IS_GONE) !== 0) continue;
      const silence = this.#second - hosts[at + LAST]!;
      if (silence <= Math.max(SILENCE_MIN, SILENCES * hosts[at + SILENCE]!)) continue;
      // A server that nobody asks is silent and well.
      const serves = hosts[at + SERVED]! > 0;
      if (serves && hosts[at + FAILURES]! < FAILURES_MIN) continue;
      hosts[at + STATE] = hosts[at + STATE]! | IS_GONE;
      this.#raiseGone(host, timeUs, silence, serves);
    }
  }

  #raiseGone(host: number, timeUs: number, silence: number, serves: boolean): void {
    const at = host * WIDTH;
    const hosts = this.#hosts;
    const frame = this.#doubles[host * DOUBLE_WIDTH + FRAME]!;
    const asked = serves
      ? ` Since then it was asked in vain ${timesText(hosts[at + FAILURES]!)}.`
      : ' It asked others and was not asked itself.';
    this.#site.raise({
      kind: DEVICE_VANISHED.kind,
      severity: serves ? DEVICE_VANISHED.severity : 'low',
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: '',
      explanation:
        `${this.#site.hosts.address(host)} has been silent for ${spanText(silence * SECOND_US)}. Before, it was heard in ` +
        `${grouped(hosts[at + HEARD]!)} seconds and never silent for more than ` +
        `${spanText(Math.max(1, hosts[at + SILENCE]!) * SECOND_US)}.${asked}`,
      frames: frame > 0 ? [frame] : [],
    });
  }

  /** Room for the host's numbers; false where there is none. */
  #makeRoom(host: number): boolean {
    if (host < this.#hostCount) return true;
    if (host >= HOSTS_MAX) return false;
    this.#hostCount = host + 1;
    if ((host + 1) * WIDTH <= this.#hosts.length) return true;
    let room = this.#hosts.length / WIDTH;
    while (room <= host) room *= 2;
    this.#hosts = grown(this.#hosts, room * WIDTH);
    this.#doubles = new Float64Array(this.#hosts.buffer);
    return true;
  }
}

/** Since when the context is known; a capture that is older than the baseline tells nothing of that, so then for how long. */
function knownFor(novelty: NoveltyLearning, context: number, timeUs: number): string {
  const firstUs = novelty.firstUs(context);
  return spanText((timeUs > firstUs ? timeUs : novelty.lastUs(context)) - firstUs);
}
