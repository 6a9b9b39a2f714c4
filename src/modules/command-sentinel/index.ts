// Judges who may do what to which device: commands that are dangerous in themselves, whoever sends them and however
// short the capture (stop, restart, program download, broadcast writes, sweeps), and what is unusual here (usual.ts).
import type { Judgement, Severity } from '../../facts/alert.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import type { Protocol } from '../../facts/protocol.ts';
import { VERB_NAMES, Verb } from '../../facts/verbs.ts';
import { ExchangeTable } from '../../assets/exchange-table.ts';
import { durationText } from '../plain-words.ts';
import { CHANGING_VERBS, COMMAND_RULES, type CommandRule } from './commands.ts';
import { KINDS } from './kinds.ts';
import { plannedText } from './planned.ts';
import { SWEPT_FUNCTIONS_MIN, SWEPT_OBJECTS_MIN, SWEPT_UNITS_MIN, SweepTable, type Sweep } from './sweeps.ts';
import { timeMasterStanding } from './time-masters.ts';
import { UsualRequests } from './usual.ts';
import * as wording from './wording.ts';

/** Pairs of client and server (and, for commands, verb) that are counted; more are judged, but without a history. */
const PAIRS_MAX = 65_536;
/** Devices whose reservation is remembered; the oldest is forgotten first. */
const RESERVATIONS_MAX = 4096;
/** A reservation that was not renewed for so long is taken as over. */
const RESERVATION_US = 600_000_000;

const FIRST_US = 0;
const CHANGES = 1;
const IS_ANSWERED = 2;
const WIDTH = 3;

const IS_CHANGING = new Set(CHANGING_VERBS);
/** Verbs that are judged even when all went well. */
const IS_WATCHED = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  IS_CHANGING.has(verb) || verb === Verb.release ? 1 : 0,
);

interface Reservation {
  readonly client: number;
  readonly timeUs: number;
}

/** Of a command: how many such came before (-1: not known), what else was asked of the device, and since when they talk. */
interface History {
  readonly before: number;
  readonly changes: number;
  readonly sinceUs: number;
}

export const commandSentinel: Module = {
  meta: {
    id: 'command-sentinel',
    title: 'Command sentinel',
    purpose:
      'Names commands that are dangerous in themselves and searches for what a device offers, and learns who asks what of whom.',
    scope: 'device',
    kinds: Object.values(KINDS),
  },
  start: (site) => new CommandSentinel(site),
};

class CommandSentinel implements ModuleHandlers {
  readonly #site: Site;
  /** By (client, server, 0): since when they talk, changes asked for; by (client, server, verb): commands. */
  readonly #exchanges = new ExchangeTable(WIDTH, PAIRS_MAX);
  readonly #units = new SweepTable(SWEPT_UNITS_MIN);
  readonly #functions = new SweepTable(SWEPT_FUNCTIONS_MIN);
  readonly #objects = new SweepTable(SWEPT_OBJECTS_MIN);
  readonly #usual: UsualRequests;
  readonly #reservations = new Map<number, Reservation>();

  constructor(site: Site) {
    this.#site = site;
    this.#usual = new UsualRequests(site);
  }

  conversation(conversation: Conversation): void {
    const { phase } = conversation;
    if (phase === 'identified' || phase === 'updated') return;
    const entry = this.#exchanges.entry(conversation.client, conversation.server, 0);
    if (entry < 0) return;
    const { values } = this.#exchanges;
    if (values[entry * WIDTH + FIRST_US] === 0) values[entry * WIDTH + FIRST_US] = conversation.firstUs;
    if (conversation.serverPackets > 0) values[entry * WIDTH + IS_ANSWERED] = 1;
  }

  operation(operation: Operation): void {
    // Nobody asked.
    if (operation.verb === Verb.report) return;
    this.#usual.operation(operation);
    if (operation.outcome === Outcome.ok && IS_WATCHED[operation.verb] === 0) return;
    if (operation.outcome !== Outcome.ok) this.#judgeFailure(operation);
    const { verb } = operation;
    if (verb === Verb.release) this.#release(operation);
    if (!IS_CHANGING.has(verb)) return;
    // A "broadcast" that one device answers was meant for that device (Modbus TCP unit 0).
    const isBroadcast = operation.isBroadcast && operation.answerFrame === 0;
    const rule = COMMAND_RULES[verb];
    if (rule !== undefined) this.#judgeCommand(operation, rule);
    else if (isBroadcast) this.#judgeBroadcast(operation);
    const entry = this.#exchanges.entry(operation.client, operation.server, 0);
    if (entry < 0) return;
    const { values } = this.#exchanges;
    if (values[entry * WIDTH + FIRST_US] === 0) values[entry * WIDTH + FIRST_US] = operation.timeUs;
    values[entry * WIDTH + CHANGES]!++;
  }

  tick(): void {
    this.#usual.flush();
  }

  end(): void {
    this.#usual.end();
  }

  #judgeCommand(operation: Operation, rule: CommandRule): void {
    const protocol = this.#site.protocols[operation.protocol];
    const { hosts } = this.#site;
    const object = mergedObject(operation, rule, protocol);
    // A gateway that answers in place of the device does not know whether it obeyed: listen-only mode has no answer.
    const outcome = this.#isAbsent(operation) ? Outcome.unanswered : operation.outcome;
    let severity: Severity = rule.severities[outcome] ?? rule.kind.severity;
    const history = this.#noteCommand(operation);
    let reason = '';
    if (operation.verb === Verb['set-time']) {
      const standing = timeMasterStanding(this.#site, operation, severity);
      severity = standing.severity;
      reason = standing.reason;
    }
    this.#renew(operation);
    if (operation.verb === Verb.reserve) {
      const holder = this.#reserve(operation);
      if (holder !== null) {
        severity = 'high';
        reason = `${hosts.address(holder.client)} held the reservation ${durationText(operation.timeUs - holder.timeUs)} before and had not released it.`;
      }
    }
    this.#raise(rule.kind.kind, severity, operation, object, () => {
      const what = `${wording.whoAskedWhat(operation, hosts, protocol)}${object === '' ? '' : ` for ${object}`}`;
      const came = wording.outcomeText(operation, protocol, this.#isAbsent(operation));
      const effect = operation.outcome === Outcome.ok ? `: ${rule.effect}` : '';
      const text = `${what}; ${came}${effect}. ${historyText(history, operation.timeUs)}`;
      return reason === '' ? text : `${text} ${reason}`;
    });
  }

  #judgeBroadcast(operation: Operation): void {
    const protocol = this.#site.protocols[operation.protocol];
    const object = wording.objectText(operation, protocol);
    const history = this.#noteCommand(operation);
    this.#raise(KINDS.broadcastWrite.kind, KINDS.broadcastWrite.severity, operation, object, () => {
      const what = `${wording.whoAskedWhat(operation, this.#site.hosts, protocol)}${object === '' ? '' : ` for ${object}`}`;
      return `${what}: no device confirms or refuses a broadcast. ${historyText(history, operation.timeUs)}`;
    });
  }

  #judgeFailure(operation: Operation): void {
    const isUnanswered = operation.outcome === Outcome.unanswered;
    // With one direction missing from the capture everything looks unanswered: that says nothing.
    if (isUnanswered && !this.#hasAnswered(operation)) return;
    const isAbsent = this.#isAbsent(operation);
    if (operation.unit >= 0 && (isUnanswered || isAbsent)) {
      const sweep = this.#units.failed(operation, operation.unit & 255);
      if (sweep !== null) this.#raiseUnitSweep(operation, sweep);
    }
    if (operation.function >= 0 && !isAbsent) {
      const sweep = this.#functions.failed(operation, operation.function & 255);
      if (sweep !== null) this.#raiseFunctionSweep(operation, sweep);
    }
    if (operation.first >= 0 && !isUnanswered && !isAbsent) {
      // Neighbours fall on different numbers; the space counts too.
      const sweep = this.#objects.failed(operation, (operation.first + operation.space * 61) & 255);
      if (sweep !== null) this.#raiseObjectSweep(operation, sweep);
    }
  }

  #raiseUnitSweep(operation: Operation, sweep: Sweep): void {
    const { hosts } = this.#site;
    const explanation =
      `${hosts.address(operation.client)} asked ${sweep.count} unit ids of ${hosts.address(operation.server)} that are not ` +
      `there (${wording.rangesText(sweep.numbers())}) within ${durationText(sweep.lastUs - sweep.firstUs)}: ` +
      `${wording.failuresText(sweep, 'answered by the gateway in their place')}.`;
    this.#raiseSweep(KINDS.unitSweep.kind, operation, explanation, sweep);
  }

  #raiseFunctionSweep(operation: Operation, sweep: Sweep): void {
    const { hosts, protocols } = this.#site;
    const title = protocols[operation.protocol]?.title ?? '';
    const explanation =
      `${hosts.address(operation.client)} tried ${sweep.count} ${title} functions on ${hosts.address(operation.server)} ` +
      `without success (${wording.rangesText(sweep.numbers())}) within ` +
      `${durationText(sweep.lastUs - sweep.firstUs)}: ${wording.failuresText(sweep, 'refused')}. ` +
      'Clients in operation use a few functions that work.';
    this.#raiseSweep(KINDS.functionSweep.kind, operation, explanation, sweep);
  }

  #raiseObjectSweep(operation: Operation, sweep: Sweep): void {
    const { hosts, protocols } = this.#site;
    const explanation =
      `${hosts.address(operation.client)} asked ${hosts.address(operation.server)} for at least ${sweep.count} different ` +
      `objects that it does not have, the last one ${wording.objectText(operation, protocols[operation.protocol])}, within ` +
      `${durationText(sweep.lastUs - sweep.firstUs)}: ${wording.failuresText(sweep, 'refused')}.`;
    this.#raiseSweep(KINDS.objectSweep.kind, operation, explanation, sweep);
  }

  #raiseSweep(kind: string, operation: Operation, explanation: string, sweep: Sweep): void {
    this.#site.raise({
      kind,
      timeUs: sweep.isNew ? sweep.firstUs : operation.timeUs,
      subject: { host: operation.server, unit: -1, port: operation.serverPort },
      peer: { host: operation.client, unit: -1, port: -1 },
      object: '',
      explanation,
      replacesExplanation: true,
      frames: sweep.frames,
    });
  }

  #raise(kind: string, severity: Severity, operation: Operation, object: string, explanation: () => string): void {
    const { requestFrame, answerFrame } = operation;
    const planned = plannedText(this.#site, operation);
    const judgement: Judgement = {
      kind,
      severity: planned === '' ? severity : 'info',
      timeUs: operation.timeUs,
      subject: { host: operation.server, unit: operation.unit, port: operation.serverPort },
      peer: { host: operation.client, unit: -1, port: operation.clientPort },
      object,
      explanation: planned === '' ? explanation : () => `${explanation()} ${planned}`,
      frames: requestFrame > 0 && answerFrame > 0 ? [requestFrame, answerFrame] : seenOf(requestFrame, answerFrame),
    };
    this.#site.raise(judgement);
  }

  /** Counts the command; tells what can be known without learning. */
  #noteCommand(operation: Operation): History {
    const { client, server, verb } = operation;
    const command = this.#exchanges.entry(client, server, verb + 1);
    const pair = this.#exchanges.find(client, server, 0);
    const { values } = this.#exchanges;
    return {
      before: command < 0 ? -1 : values[command * WIDTH + CHANGES]!++,
      changes: pair < 0 ? 0 : values[pair * WIDTH + CHANGES]!,
      sinceUs: pair < 0 ? 0 : values[pair * WIDTH + FIRST_US]!,
    };
  }

  #isAbsent(operation: Operation): boolean {
    return this.#site.protocols[operation.protocol]?.isAbsent?.(operation.code) === true;
  }

  #hasAnswered(operation: Operation): boolean {
    const entry = this.#exchanges.find(operation.client, operation.server, 0);
    return entry >= 0 && this.#exchanges.values[entry * WIDTH + IS_ANSWERED] === 1;
  }

  /** Remembers who holds the device; the other holder where there is one. */
  #reserve(operation: Operation): Reservation | null {
    const key = deviceKey(operation);
    const known = this.#reservations.get(key);
    const isHeldByOther =
      known !== undefined && known.client !== operation.client && operation.timeUs - known.timeUs < RESERVATION_US;
    if (operation.outcome === Outcome.ok) {
      this.#reservations.delete(key);
      this.#reservations.set(key, { client: operation.client, timeUs: operation.timeUs });
      if (this.#reservations.size > RESERVATIONS_MAX) {
        for (const oldest of this.#reservations.keys()) {
          this.#reservations.delete(oldest);
          break;
        }
      }
    }
    return isHeldByOther ? known : null;
  }

  /** Whoever holds a device and works on it goes on holding it. */
  #renew(operation: Operation): void {
    const key = deviceKey(operation);
    if (operation.outcome !== Outcome.ok || this.#reservations.get(key)?.client !== operation.client) return;
    this.#reservations.set(key, { client: operation.client, timeUs: operation.timeUs });
  }

  #release(operation: Operation): void {
    const key = deviceKey(operation);
    if (operation.outcome === Outcome.ok && this.#reservations.get(key)?.client === operation.client) {
      this.#reservations.delete(key);
    }
  }
}

/** Of a request and an answer of which one at least was not seen. */
function seenOf(requestFrame: number, answerFrame: number): number[] {
  if (requestFrame > 0) return [requestFrame];
  return answerFrame > 0 ? [answerFrame] : [];
}

function mergedObject(operation: Operation, rule: CommandRule, protocol: Protocol | undefined): string {
  const hasName = operation.nameEnd > operation.nameStart;
  return rule.object === 'any' || (rule.object === 'name' && hasName) ? wording.objectText(operation, protocol) : '';
}

/** One number for a device: units are below 2^24. */
function deviceKey({ server, unit }: Operation): number {
  return server * 0x200_0000 + unit + 1;
}

/** Is it the first such command, since when do they talk, what else was asked. */
function historyText({ before, changes, sinceUs }: History, timeUs: number): string {
  const parts: string[] = [];
  if (before === 0) parts.push('It is the first such command seen from this client to this device');
  else if (before > 0) parts.push(`It is number ${before + 1} of such commands from this client to this device`);
  const isNew = sinceUs <= 0 || sinceUs >= timeUs;
  const asked = changes === 0 ? 'nothing that changes it' : changes === 1 ? 'one change' : `${changes} changes`;
  parts.push(
    isNew
      ? 'it is the first thing heard between the two'
      : `in the ${durationText(timeUs - sinceUs)} they had talked before, the client had asked for ${asked}`,
  );
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
