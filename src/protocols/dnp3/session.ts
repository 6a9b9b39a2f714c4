// Application fragments (IEEE 1815-2012, clause 4): checks their headers, and hands them on as requests or responses.
import type { MessageContext } from '../../facts/protocol.ts';
import { Associations, type Association } from './associations.ts';
import { Authentication } from './authentication.ts';
import { Commands } from './commands.ts';
import { FileLogins } from './file-logins.ts';
import { Files } from './files.ts';
import { ApplicationControl, Fragment, REQUEST_HEADER_SIZE, RESPONSE_HEADER_SIZE } from './fragment.ts';
import { Code, isAssigned, isObsolete, isResponse } from './messages.ts';
import { OpenRequests } from './open-requests.ts';
import type { Problems } from './problems.ts';
import { Requests } from './requests.ts';
import { Responses } from './responses.ts';
import { StartUp } from './start-up.ts';

export class Dnp3Session {
  readonly #problems: Problems;
  readonly #associations: Associations;
  readonly #fragment: Fragment;
  readonly #open = new OpenRequests();
  readonly #startUp = new StartUp();
  readonly #files: Files;
  readonly #logins: FileLogins;
  readonly #requests: Requests;
  readonly #responses: Responses;

  constructor(protocol: number, name: string, problems: Problems, forget: (association: Association) => void) {
    this.#problems = problems;
    this.#fragment = new Fragment(problems);
    this.#logins = new FileLogins(name);
    this.#files = new Files(name, this.#logins);
    const authentication = new Authentication(name);
    this.#associations = new Associations((association) => {
      this.#files.forget(association);
      this.#logins.forget(association);
      authentication.forget(association);
      forget(association);
    });
    const exchange = {
      protocol,
      fragment: this.#fragment,
      open: this.#open,
      commands: new Commands(),
      startUp: this.#startUp,
      files: this.#files,
      logins: this.#logins,
      authentication,
    };
    this.#requests = new Requests(exchange);
    this.#responses = new Responses(exchange);
  }

  association(flow: number, master: number, outstation: number): Association {
    return this.#associations.of(flow, master, outstation);
  }

  firstOf(flow: number): Association | null {
    return this.#associations.first(flow);
  }

  gap(flow: number): void {
    this.#open.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#open.closed(flow, context);
    this.#startUp.closed(flow, context);
    for (let one = this.firstOf(flow); one !== null; one = one.next) this.#logins.settled(one, 'unknown', context);
    this.#files.closed(flow, context);
    this.#associations.closed(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#open.tick(timeUs, context);
    this.#startUp.tick(timeUs, context);
    this.#files.tick(timeUs, context);
  }

  /** A whole fragment in bytes[start..end), which the direction bit says comes from the master or not. */
  fragment(
    bytes: Uint8Array,
    start: number,
    end: number,
    association: Association,
    isFromMaster: boolean,
    context: MessageContext,
  ): void {
    const size = end - start;
    const isAnswer = size > 1 && isResponse(bytes[start + 1]!);
    if (size < (isAnswer ? RESPONSE_HEADER_SIZE : REQUEST_HEADER_SIZE)) {
      const unit = association.outstation;
      this.#problems.add(context, 'fragment-too-short', unit, bytes, start, end, start, size);
      return;
    }
    const fragment = this.#fragment;
    fragment.begin(bytes, start, end, association, context);
    if (isAnswer === isFromMaster) {
      fragment.problem('direction-wrong', start + 1, fragment.code);
      // The function is believed.
      fragment.association = this.#associations.of(association.flow, association.outstation, association.master);
    }
    fragment.association.isReversed = fragment.isReversed;
    this.#check();
    if (isAnswer) this.#responses.response();
    else if (fragment.code === Code.confirm) this.#requests.confirm();
    else this.#requests.request();
  }

  #check(): void {
    const fragment = this.#fragment;
    const { code, start, control } = fragment;
    if (!isAssigned(code)) fragment.problem('function-unassigned', start + 1, code);
    else if (isObsolete(code)) fragment.problem('function-obsolete', start + 1, code);
    const isUnsolicited = (control & ApplicationControl.unsolicited) !== 0;
    // Only a confirm can be either (clause 4.2.2.4).
    if (code !== Code.confirm && isUnsolicited !== (code === Code.unsolicitedResponse)) {
      fragment.problem('unsolicited-flag-wrong', start, code);
    }
    const isWhole = fragment.isFirst && fragment.isFinal;
    if (!isResponse(code) && !isWhole) fragment.problem('request-in-fragments', start);
  }
}
