// Judges what makes a host run something: services, tasks and methods that are started from afar, procedures of databases
// that lead out of them, programs that are put there, files that are handed to a web server.
import type { Severity } from '../../facts/alert.ts';
import { grouped, showable } from '../../bytes/text.ts';
import type { Transfer } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { raiseBetween } from './between-hosts.ts';
import { DROPPED_EXECUTABLE, REMOTE_EXECUTION } from './kinds.ts';
import { UPLOAD, type Movement } from './movement.ts';
import type { Openings } from './openings.ts';

const TOLD_MAX = 8192;
const WAITING_MAX = 1024;

export const EXECUTION_VERBS = [Verb.create, Verb.start, Verb.configure, Verb.operate, Verb.restart];

/** Calls of Windows, and procedures of databases, after which the server runs what the client says. */
const RUNS =
  /CreateService|StartService|ChangeServiceConfig|JobAdd|SchRpcRegisterTask|SchRpcRun|ExecMethod|AddPrinterDriver|xp_cmdshell|OLE automation|assemblies|PROGRAM|shell/i;
const EXECUTABLES = new Set(['windows-executable', 'dos-executable', 'elf', 'mach-o', 'script', 'java-class']);

export class Execution {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #openings: Openings;
  readonly #movement: Movement;
  readonly #isIt: readonly boolean[];
  readonly #told = new Set<string>();
  /** Programs that went to hosts which may turn out to be of the control level. */
  readonly #waiting: Transfer[] = [];

  constructor(site: Site, control: ControlHosts, openings: Openings, movement: Movement) {
    this.#site = site;
    this.#control = control;
    this.#openings = openings;
    this.#movement = movement;
    this.#isIt = site.protocols.map(({ family }) => family === 'it');
  }

  operation(operation: Operation): void {
    const { protocol, client, server, outcome, timeUs, requestFrame, answerFrame } = operation;
    if (this.#isIt[protocol] !== true || outcome !== Outcome.ok || client <= 0 || server <= 0) return;
    const spoken = this.#site.protocols[protocol]!;
    if (spoken.name === 'http') return;
    const name = spoken.functionName(operation.function, operation.subfunction);
    if (!RUNS.test(name)) return;
    const key = `${client} ${server} ${name}`;
    const { isNew } = this.#openings.note(client, server, name, timeUs, true);
    const frames = [requestFrame, answerFrame].filter((frame) => frame > 0);
    if (isNew || this.#told.has(key)) {
      if (this.#told.size >= TOLD_MAX) this.#told.clear();
      this.#told.add(key);
      this.#tellRun(operation, name, frames);
    }
    this.#movement.came(client, server, `${name} over ${spoken.title}`, timeUs, frames[0] ?? 0, 2);
  }

  transfer(transfer: Transfer): void {
    const { phase, direction, protocol, size, client, server, timeUs, frame, kind } = transfer;
    if (phase !== 'ended' || client <= 0 || server <= 0) return;
    if (!this.#isIt[this.#site.protocols.findIndex(({ name }) => name === protocol)]) return;
    if (protocol === 'http' && direction === 'to-server' && size > 0) {
      this.#movement.came(client, server, UPLOAD, timeUs, frame, 1);
    }
    if (!EXECUTABLES.has(kind)) return;
    if (direction === 'to-server') this.#movement.came(client, server, `a program over ${protocol}`, timeUs, frame, 1);
    if (this.#control.find(receiverOf(transfer)) !== undefined) this.#tellDropped(transfer);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(transfer);
  }

  end(): void {
    for (const transfer of this.#waiting.splice(0)) {
      if (this.#control.find(receiverOf(transfer)) !== undefined) this.#tellDropped(transfer);
    }
  }

  #tellRun({ client, server, protocol, timeUs }: Operation, name: string, frames: readonly number[]): void {
    const { hosts, protocols, learning } = this.#site;
    if (learning.isTeaching) return;
    const control = this.#control.find(server);
    const where = control === undefined ? '' : `, which ${control.what},`;
    const text =
      `${hosts.address(client)} had ${hosts.address(server)}${where} carry out "${showable(name, 80)}" over ` +
      `${protocols[protocol]!.title}: the server runs what the client says. It was never seen between the two before.`;
    raiseBetween(this.#site, {
      kind: REMOTE_EXECUTION.kind,
      severity: control === undefined ? 'medium' : 'high',
      ...{ subject: server, peer: client, object: showable(name, 80), timeUs, explanation: text, frames },
    });
  }

  #tellDropped(transfer: Transfer): void {
    const { hosts, learning } = this.#site;
    if (learning.isTeaching) return;
    const { client, server, protocol, kind, name, size, sha256, timeUs, frame } = transfer;
    const receiver = receiverOf(transfer);
    const sender = receiver === server ? client : server;
    const control = this.#control.find(receiver)!;
    const shown = name === '' ? 'A program' : `"${showable(name, 80)}"`;
    const text =
      `${shown} (${kind}, ${grouped(size)} bytes${sha256 === '' ? '' : `, SHA-256 ${sha256.slice(0, 16)}…`}) went from ` +
      `${hosts.address(sender)} to ${hosts.address(receiver)}, which ${control.what}, by ${protocol}.`;
    const severity: Severity = control.isController ? 'high' : 'medium';
    const object = sha256 === '' ? showable(name, 80) : sha256.slice(0, 16);
    raiseBetween(this.#site, {
      ...{ kind: DROPPED_EXECUTABLE.kind, severity, subject: receiver, peer: sender, object },
      ...{ timeUs, explanation: text, frames: [frame] },
    });
  }
}

function receiverOf({ direction, client, server }: Transfer): number {
  return direction === 'to-server' ? server : client;
}
