// Requests of a master (IEEE 1815-2012, clause 4.4): each becomes operations that wait for the response, one for each run
// of points it names, or are handed over at once where there will be none.
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { startOperation } from '../facts-of-messages.ts';
import type { Authentication } from './authentication.ts';
import type { Commands } from './commands.ts';
import type { FileLogins } from './file-logins.ts';
import type { Files } from './files.ts';
import { type Fragment, Group, isAuthentication } from './fragment.ts';
import { isBroadcast } from './link.ts';
import { Code, Indication, isWithoutResponse, verbOf } from './messages.ts';
import { Space, spaceOfGroup } from './objects.ts';
import type { OpenRequests } from './open-requests.ts';
import type { PointRuns, RunTarget } from './point-runs.ts';
import { setFile, setPoints } from './run-facts.ts';
import type { StartUp } from './start-up.ts';

/** Operations kept of one read, which may name any number of runs; the others are in its answer. */
const READ_OPERATIONS_MAX = 32;

/** What requests and responses share. */
export interface Exchange {
  readonly protocol: number;
  readonly fragment: Fragment;
  readonly open: OpenRequests;
  readonly commands: Commands;
  readonly startUp: StartUp;
  readonly files: Files;
  readonly logins: FileLogins;
  readonly authentication: Authentication;
}

export class Requests implements RunTarget {
  readonly #exchange: Exchange;
  readonly #fragment: Fragment;
  /** Objects of the message before the run. */
  #ordinal = 0;
  /** Classes that are asked for one after another: first and count; -1 where none wait. */
  #classFirst = -1;
  #classCount = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#fragment = exchange.fragment;
  }

  /** The fragment is a request, not a confirm. */
  request(): void {
    const fragment = this.#fragment;
    const { association, context, code } = fragment;
    this.#ordinal = 0;
    this.#classFirst = -1;
    if (association.firstRequestUs < 0) association.firstRequestUs = context.timeUs;
    this.#exchange.open.begin(fragment);
    if (code === Code.operate || code === Code.select) this.#checkSelection();
    fragment.readRuns(this);
    this.#flushClasses();
    if (fragment.told === 0) this.#handOn(this.#record());
    this.#followStartUp();
  }

  /** The master has what it was told: nothing answers a confirm. */
  confirm(): void {
    const { context, isReversed, unit } = this.#fragment;
    const operation = startOperation(context, this.#exchange.protocol, isReversed);
    operation.unit = unit;
    operation.function = Code.confirm;
    operation.verb = Verb.acknowledge;
    operation.outcome = Outcome.ok;
    context.sink.operation(operation);
  }

  run(runs: PointRuns): void {
    const { header, objectStart, objectEnd } = runs;
    const fragment = this.#fragment;
    const { group, variation } = header;
    if (group === Group.authentication) {
      this.#exchange.authentication.requested(fragment, variation, objectStart, objectEnd);
      if (!isAuthentication(fragment.code)) return;
    }
    if (group === Group.class && variation > 0) {
      this.#addClass(variation - 1);
      return;
    }
    this.#flushClasses();
    if (fragment.code === Code.read && fragment.told >= READ_OPERATIONS_MAX) return;
    const operation = this.#record();
    setPoints(operation, runs, this.#exchange.authentication.user);
    operation.verb = this.#verb(group);
    if (group === Group.file) {
      this.#exchange.files.requested(fragment, variation, objectStart, objectEnd);
      setFile(operation, this.#exchange.files, fragment.bytes);
    }
    this.#handOn(operation, this.#ordinal);
    this.#ordinal += runs.count;
  }

  /** Classes one after another are one run. */
  #addClass(number: number): void {
    if (this.#classFirst >= 0 && number === this.#classFirst + this.#classCount) {
      this.#classCount++;
      return;
    }
    this.#flushClasses();
    this.#classFirst = number;
    this.#classCount = 1;
  }

  #flushClasses(): void {
    if (this.#classFirst < 0) return;
    const operation = this.#record();
    operation.space = Space.class;
    operation.first = this.#classFirst;
    operation.count = this.#classCount;
    this.#classFirst = -1;
    this.#handOn(operation);
  }

  /** The context's record with what every operation of this request says. */
  #record(): Operation {
    const { context, isReversed, unit, code, firstGroup } = this.#fragment;
    this.#exchange.open.makeRoom(context);
    const operation = startOperation(context, this.#exchange.protocol, isReversed);
    operation.unit = unit;
    operation.function = code;
    operation.subfunction = firstGroup;
    operation.verb = verbOf(code);
    operation.isBroadcast = isBroadcast(unit);
    return operation;
  }

  #verb(group: number): number {
    const { code, association } = this.#fragment;
    if (code === Code.read && group === Group.attributes) return Verb.identify;
    if (code !== Code.write) return verbOf(code);
    if (group === Group.time) {
      // An outstation that asked for the time gets it, and one that starts up does: normal.
      const { indications } = association;
      const isDue = indications >= 0 && (indications & (Indication.needTime | Indication.deviceRestart)) !== 0;
      return isDue ? Verb.configure : Verb['set-time'];
    }
    // Clearing the restart indication is part of every start-up.
    const space = spaceOfGroup(group);
    const isSetting =
      space === Space.deviceAttribute || space === Space.internalIndication || space >= Space.application;
    return isSetting ? Verb.configure : Verb.write;
  }

  /** A request waits for its answer, or is handed over where there will be none. `ordinal`: objects before it. */
  #handOn(operation: Operation, ordinal = 0): void {
    const fragment = this.#fragment;
    const { context, association, code } = fragment;
    fragment.told++;
    if (!operation.isBroadcast && !isWithoutResponse(code)) this.#exchange.open.add(operation, fragment, ordinal);
    else if (code === Code.disableUnsolicited) this.#exchange.startUp.disabled(association, context);
    else context.sink.operation(operation);
  }

  #checkSelection(): void {
    const fragment = this.#fragment;
    const { commands } = this.#exchange;
    if (fragment.code === Code.select) {
      commands.selected(fragment);
      return;
    }
    const { selectedSequence } = fragment.association;
    const rule = commands.operated(fragment);
    if (rule !== null) fragment.problem(rule, fragment.start, fragment.sequence, selectedSequence);
  }

  /** What disabled unsolicited responses before may be part of a start-up, answered or not. */
  #followStartUp(): void {
    const { association, context, code, firstGroup } = this.#fragment;
    if (code === Code.disableUnsolicited) association.hasOpenDisable = true;
    const isPoll = code === Code.read && firstGroup === Group.class;
    if (!isPoll && code !== Code.enableUnsolicited) return;
    this.#exchange.startUp.goesOn(association, isPoll, context);
    if (association.hasOpenDisable && !(isPoll && association.isPolled)) {
      this.#exchange.open.setStartUp(association, context);
    }
    association.hasOpenDisable = false;
    if (isPoll) association.isPolled = true;
  }
}
