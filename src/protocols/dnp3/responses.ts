// Responses of an outstation (IEEE 1815-2012, clauses 4.2.2 and 4.4): they answer the operations that wait, and where
// nothing waits, or nothing was asked, they are operations of their own.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import { claimAttribute, claimState } from './attributes.ts';
import { File } from './files.ts';
import { ApplicationControl, type Fragment, Group } from './fragment.ts';
import { Code, CodeFirst, isCommand, isFileFunction, isRestart, refusalOf } from './messages.ts';
import { Space } from './objects.ts';
import { PointRuns, type RunTarget } from './point-runs.ts';
import type { Exchange } from './requests.ts';
import { setFile, setPoints } from './run-facts.ts';

const DELAY_SIZE = 2;
const NOT_FOUND = -1;

/**
 * What the runs of a response are: answers to a request that waits, more of them in a further fragment, answers to a
 * request that was not seen, told unasked, or a status.
 */
const Mode = { answer: 0, continued: 1, alone: 2, told: 3, status: 4 } as const;

export class Responses implements RunTarget {
  readonly #exchange: Exchange;
  readonly #fragment: Fragment;
  #mode: number = Mode.alone;
  /** First operation of the request that is answered. */
  #slot = NOT_FOUND;
  /** Code of the status that a file was answered with, 0 for success. */
  #fileStatus = 0;
  /** Where the delay stands that a restart was answered with, -1 where there is none. */
  #delayAt = -1;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#fragment = exchange.fragment;
  }

  /** The fragment is a response, with internal indications. */
  response(): void {
    const { code, context, association, indications, server } = this.#fragment;
    claimState(context, server, association, indications);
    association.indications = indications;
    this.#delayAt = -1;
    this.#fileStatus = 0;
    if (code === Code.response) this.#solicited();
    else if (code === Code.authenticationResponse) this.#authenticated();
    else if (code === Code.unsolicitedResponse) this.#unsolicited();
    else this.#aloneWithout();
  }

  run(runs: PointRuns): void {
    const { group } = runs.header;
    // Common time belongs to the events that follow it; authentication speaks for itself.
    if (group === Group.commonTime || group === Group.authentication) return;
    if (this.#mode === Mode.status) {
      if (group === Group.file) this.#readFileStatus(runs, this.#fragment.association.continued.function);
      else if (group === Group.delay) this.#delayAt = runs.valuesStart;
      return;
    }
    const fragment = this.#fragment;
    const operation = this.#record();
    if (this.#mode !== Mode.told && operation.verb === Verb.other) operation.verb = verbOfAnswer(group);
    setPoints(operation, runs, -1);
    if (group === Group.file) this.#answeredFile(operation, runs);
    else if (group === Group.attributes) {
      claimAttribute(fragment, runs.header.variation, runs.objectStart, runs.objectEnd);
    }
    fragment.told++;
    fragment.context.sink.operation(operation);
  }

  #unsolicited(): void {
    const fragment = this.#fragment;
    this.#mode = Mode.told;
    fragment.readRuns(this);
    if (fragment.told === 0) fragment.context.sink.operation(this.#record());
  }

  #solicited(): void {
    const fragment = this.#fragment;
    const { association, isFirst, isFinal, sequence } = fragment;
    const { continued } = association;
    const { open } = this.#exchange;
    this.#slot = isFirst ? open.find(fragment) : NOT_FOUND;
    if (this.#slot >= 0) {
      this.#mode = Mode.answer;
      this.#rememberRequest();
      open.answered(this.#slot, association);
    } else this.#mode = !isFirst && continued.nextSequence === sequence ? Mode.continued : Mode.alone;
    const isGoingOn = !isFinal && this.#mode !== Mode.alone;
    continued.nextSequence = isGoingOn ? (sequence + 1) & ApplicationControl.sequence : -1;
    if (this.#slot < 0) {
      fragment.readRuns(this);
      if (fragment.told === 0 && this.#mode === Mode.alone) this.#aloneWithout();
    } else if (isAnsweredByObjects(continued.function)) this.#answeredByObjects();
    else this.#answeredByStatus(continued.function, continued.subfunction);
    this.#answerReplies(0);
  }

  /** Keeps what further fragments of this answer need to know of the request. */
  #rememberRequest(): void {
    const { context, association } = this.#fragment;
    const { continued } = association;
    const { operation } = context;
    this.#exchange.open.recall(this.#slot, operation);
    continued.timeUs = operation.timeUs;
    continued.requestFrame = operation.requestFrame;
    continued.verb = operation.verb;
    continued.function = operation.function;
    continued.subfunction = operation.subfunction;
  }

  /** A read: its runs stand in the answer; where there are none the request itself is what was answered. */
  #answeredByObjects(): void {
    const fragment = this.#fragment;
    fragment.readRuns(this);
    if (fragment.told === 0) {
      this.#answerAll(refusalOf(fragment.indications), false);
      return;
    }
    const { open } = this.#exchange;
    for (let slot = this.#slot; slot >= 0;) slot = open.releaseAndNext(slot, fragment);
  }

  /** Everything else: the request says what was asked for, the answer whether it was done. */
  #answeredByStatus(code: number, group: number): void {
    const fragment = this.#fragment;
    const { commands, logins, authentication } = this.#exchange;
    const isFile = isFileFunction(code) || group === Group.file;
    if (isFile || isRestart(code)) {
      this.#mode = Mode.status;
      fragment.readRuns(this);
    }
    if (code === Code.authenticateFile) logins.settled(fragment.association, 'refused', fragment.context);
    if (isCommand(code)) this.#readCommandStatus();
    const isAccepted = this.#answerAll(this.#fileStatus || refusalOf(fragment.indications), isCommand(code));
    if (code === Code.select && !isAccepted) commands.refused(fragment.association);
    authentication.settled(fragment, 'accepted');
  }

  /** The answer to a command repeats its objects, each with a status. */
  #readCommandStatus(): void {
    const fragment = this.#fragment;
    const { header, bytes } = fragment;
    const { commands } = this.#exchange;
    commands.statusCount = 0;
    for (let at = fragment.objects; at < fragment.end;) {
      at = fragment.readHeader(at);
      for (let index = 0; index < header.present; index++) {
        if (!commands.addStatus(PointRuns.commandStatus(header, bytes, index))) break;
      }
    }
  }

  /** Hands over every operation of the request. Returns whether all were accepted. */
  #answerAll(refusal: number, hasStatus: boolean): boolean {
    const fragment = this.#fragment;
    const { context, association, bytes } = fragment;
    const { open, commands, startUp } = this.#exchange;
    const { operation } = context;
    let isAccepted = true;
    for (let slot = this.#slot; slot >= 0;) {
      open.recall(slot, operation);
      const status = hasStatus ? commands.worstStatus(open.ordinalOf(slot), operation.count) : 0;
      const code = status === 0 ? refusal : status;
      if (code !== 0) isAccepted = false;
      setAnswered(operation, context, code);
      if (this.#delayAt >= 0) setValues(operation, bytes, this.#delayAt, DELAY_SIZE, Encoding.unsignedLittle, 1);
      const isDisable = operation.function === Code.disableUnsolicited && code === 0;
      if (isDisable) startUp.disabled(association, context);
      else context.sink.operation(operation);
      slot = open.releaseAndNext(slot, fragment);
    }
    return isAccepted;
  }

  /** A reply to a challenge has the sequence of the request that was challenged, and its answer. */
  #answerReplies(code: number): void {
    const { context } = this.#fragment;
    const { open } = this.#exchange;
    const { operation } = context;
    for (let slot = open.find(this.#fragment); slot >= 0; slot = open.find(this.#fragment)) {
      if (open.functionOf(slot) !== Code.authenticationRequest) return;
      open.recall(slot, operation);
      setAnswered(operation, context, code);
      context.sink.operation(operation);
      open.release(slot);
    }
  }

  /** A response without objects whose request was not seen, or one of a function that is no response's. */
  #aloneWithout(): void {
    this.#mode = Mode.alone;
    const operation = this.#record();
    setUnasked(operation, this.#fragment.context, refusalOf(this.#fragment.indications));
    this.#fragment.context.sink.operation(operation);
  }

  /** A block of a file that was asked for, or why there is none. */
  #answeredFile(operation: Operation, runs: PointRuns): void {
    this.#fileStatus = 0;
    this.#readFileStatus(runs, operation.function);
    setFile(operation, this.#exchange.files, this.#fragment.bytes);
    if (this.#fileStatus !== 0) setAnswered(operation, this.#fragment.context, this.#fileStatus);
  }

  #readFileStatus(runs: PointRuns, code: number): void {
    const { header, objectStart, objectEnd } = runs;
    const { variation } = header;
    const status = this.#exchange.files.answered(this.#fragment, code, variation, objectStart, objectEnd);
    if (status === 0) return;
    this.#fileStatus = status + (variation === File.transportStatus ? CodeFirst.fileTransport : CodeFirst.file);
  }

  #authenticated(): void {
    const fragment = this.#fragment;
    const { authentication } = this.#exchange;
    authentication.begin();
    for (let at = fragment.objects; at < fragment.end;) {
      at = fragment.readHeader(at);
      authentication.answered(fragment.header, fragment.bytes);
    }
    const error = authentication.error === 0 ? 0 : CodeFirst.authentication + authentication.error;
    this.#slot = this.#exchange.open.find(fragment);
    if (this.#slot < 0 || authentication.isChallenge) {
      this.#tellAuthentication(error);
      return;
    }
    this.#answerAll(error === 0 ? refusalOf(fragment.indications) : error, false);
    this.#answerReplies(error);
    if (error !== 0) authentication.settled(fragment, 'refused');
  }

  /** A challenge, which leaves the request waiting, or a message whose request was not seen. */
  #tellAuthentication(error: number): void {
    const { context } = this.#fragment;
    const { user } = this.#exchange.authentication;
    this.#mode = Mode.alone;
    const operation = this.#record();
    operation.verb = Verb.authenticate;
    operation.space = Space.authentication;
    operation.first = user;
    operation.count = user < 0 ? 0 : 1;
    setUnasked(operation, context, error);
    context.sink.operation(operation);
  }

  /** The context's record as every run of this response begins. */
  #record(): Operation {
    const { context, association, isReversed, code, firstGroup } = this.#fragment;
    const { operation } = context;
    if (this.#mode === Mode.answer) this.#exchange.open.recall(this.#slot, operation);
    else {
      startOperation(context, this.#exchange.protocol, isReversed);
      operation.unit = association.outstation;
      if (this.#mode === Mode.continued) this.#setContinued(operation);
      else {
        operation.function = code;
        operation.subfunction = firstGroup;
        operation.verb = this.#mode === Mode.told ? Verb.report : Verb.other;
        operation.requestFrame = 0;
      }
    }
    setAnswered(operation, context);
    operation.nameStart = operation.nameEnd = 0;
    return operation;
  }

  #setContinued(operation: Operation): void {
    const { continued } = this.#fragment.association;
    operation.timeUs = continued.timeUs;
    operation.requestFrame = continued.requestFrame;
    operation.verb = continued.verb;
    operation.function = continued.function;
    operation.subfunction = continued.subfunction;
  }
}

/** Requests whose answer holds what was asked for. */
function isAnsweredByObjects(code: number): boolean {
  return code === Code.read || code === Code.delayMeasurement;
}

/** Groups that are in the answers to different requests: a select and an operate, two restarts. */
const AMBIGUOUS_GROUPS: readonly number[] = [12, 41, Group.delay, Group.file];

/** What an answer was to whose request was not seen. */
function verbOfAnswer(group: number): number {
  if (group === Group.attributes) return Verb.identify;
  return AMBIGUOUS_GROUPS.includes(group) ? Verb.other : Verb.read;
}
