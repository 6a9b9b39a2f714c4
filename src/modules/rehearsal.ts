// Plays hand-built facts to one module and gathers what it raises and claims: what module tests are written with.
import type { Judgement } from '../facts/alert.ts';
import type { Learning } from '../facts/learning.ts';
import type { Claim, Conversation, HostDirectory, Login, Trait, Transfer } from '../facts/facts.ts';
import type { FirmwareEvent, KnownFirmware } from '../facts/firmware.ts';
import type { Intent } from '../facts/intent.ts';
import type { Module, ModuleHandlers } from '../facts/module.ts';
import { Outcome, emptyOperation, type Operation } from '../facts/operation.ts';
import type { PolicyView } from '../facts/policy.ts';
import { Verb } from '../facts/verbs.ts';
import { newLearning } from '../learning/tables.ts';
import { TransferRecorder } from '../transfers/recorder.ts';
import { WayTable } from '../learning/ways.ts';
import { Match, NOT_THIS_PROTOCOL, Speaker, type Protocol } from '../facts/protocol.ts';

/** When `plantSeconds` begins: 2026-01-01 00:00:00 UTC. */
export const REHEARSAL_START_US = 1_767_225_600_000_000;
const SECOND_US = 1_000_000;

/**
 * Hosts 1, 2, 3 … are 192.0.2.1, 192.0.2.2 …; 255 is the broadcast address; from 200 on they are behind a router, so
 * that their MAC address is not known; 1001, 1002 … are 198.51.100.1, 198.51.100.2 …
 */
export const REHEARSAL_HOSTS: HostDirectory = {
  count: 256,
  address: (host) => (host > 1000 ? `198.51.100.${host - 1000}` : `192.0.2.${host}`),
  addressKind: () => 'ipv4',
  segment: () => 'default',
  mac: (host) => (host < 200 ? `02:00:00:00:00:${(host + 256).toString(16).slice(1)}` : ''),
  isBroadcastOrMulticast: (host) => host === 255,
};

/** A protocol that names things and decodes nothing. */
export const REHEARSAL_PROTOCOL: Protocol = {
  name: 'fieldbus',
  title: 'Fieldbus',
  transports: ['tcp'],
  ports: [],
  frameBytesMax: 1,
  functionName: (code, subfunction) =>
    code === 99 ? 'begin update' : subfunction < 0 ? `function ${code}` : `function ${code} sub ${subfunction}`,
  spaceName: (space) => (space === 0 ? '' : 'register'),
  codeName: (code) => (code === 11 ? 'gateway target does not answer' : code === 1 ? 'illegal function' : ''),
  isAbsent: (code) => code === 11,
  isEngineering: (code) => code === 98,
  family: 'process',
  units: { name: (unit) => `unit ${unit}`, isHostItself: (unit) => unit <= 0 || unit === 255, areBehind: false },
  kinds: [],
  summary: 'For tests of modules.',
  start: () => ({
    looksLike: () => Match.no,
    speaker: () => Speaker.unknown,
    frameSize: () => NOT_THIS_PROTOCOL,
    decode: () => undefined,
    gap: () => undefined,
    closed: () => undefined,
    tick: () => undefined,
  }),
};

/** Protocol 1: clients hand each other messages by way of a broker. */
const REHEARSAL_BUS: Protocol = { ...REHEARSAL_PROTOCOL, name: 'bus', title: 'Bus', family: 'messaging' };

/** Protocols 2 and 3, around the plant. */
const REHEARSAL_SHELL: Protocol = { ...REHEARSAL_PROTOCOL, name: 'ssh', title: 'SSH', family: 'it', ports: [22] };
const REHEARSAL_WEB: Protocol = { ...REHEARSAL_PROTOCOL, name: 'http', title: 'HTTP', family: 'it', ports: [80] };
/** Protocol 4: function 12 makes a service, the others open files. */
const REHEARSAL_WINDOWS: Protocol = {
  ...REHEARSAL_PROTOCOL,
  name: 'smb',
  title: 'Windows',
  family: 'it',
  ports: [445],
  functionName: (code) => (code === 12 ? 'CreateService' : `open file ${code}`),
};

/** Where a module is at work, where that is not the usual. */
export interface RehearsalPlace {
  readonly hosts?: HostDirectory;
  readonly policy?: PolicyView;
}

export type Raised = Judgement & { readonly explanation: string };

/** One module at work; host 1 is the usual client and host 2 the usual server. */
export class Rehearsal {
  readonly raised: Raised[] = [];
  readonly claimed: Claim[] = [];
  readonly firmware: FirmwareEvent[] = [];
  readonly handlers: ModuleHandlers;
  readonly learning: Learning;
  readonly #ways = new WayTable();
  readonly #recorder = new TransferRecorder();
  #frame = 0;

  constructor(
    module: Module,
    learning: Learning = newLearning(),
    intent?: Intent,
    knownFirmware?: KnownFirmware,
    { hosts = REHEARSAL_HOSTS, policy }: RehearsalPlace = {},
  ) {
    this.learning = learning;
    this.handlers = module.start({
      hosts,
      protocols: [REHEARSAL_PROTOCOL, REHEARSAL_BUS, REHEARSAL_SHELL, REHEARSAL_WEB, REHEARSAL_WINDOWS],
      learning,
      secretKey: new Uint8Array(32),
      ...(intent === undefined ? {} : { intent }),
      ...(knownFirmware === undefined ? {} : { knownFirmware }),
      ...(policy === undefined ? {} : { policy }),
      raise: (judgement) => {
        const { explanation } = judgement;
        // In words while the operation is still what was judged.
        this.raised.push({ ...judgement, explanation: typeof explanation === 'string' ? explanation : explanation() });
      },
      claim: (claim) => this.claimed.push(claim),
      firmware: (event) => this.firmware.push(event),
    });
  }

  /** Request and answer in two new frames; only what the module asked for reaches it. */
  operation(change: Partial<Operation>): void {
    this.#frame += 2;
    const operation = {
      ...emptyOperation(),
      timeUs: this.#frame * 1000,
      elapsedUs: 2000,
      client: 1,
      server: 2,
      clientPort: 40_000,
      serverPort: 502,
      unit: 1,
      function: 3,
      requestFrame: this.#frame - 1,
      answerFrame: this.#frame,
      ...change,
    };
    const { verbs, alsoOutcomes } = this.handlers;
    if (verbs !== undefined && !verbs.includes(operation.verb) && alsoOutcomes?.includes(operation.outcome) !== true) {
      return;
    }
    operation.way = this.#ways.wayOf(operation);
    this.handlers.operation?.(operation);
  }

  conversation(change: Partial<Conversation>): void {
    this.handlers.conversation?.({
      fact: 'conversation',
      phase: 'answered',
      timeUs: 1000,
      frame: 1,
      flow: 0,
      client: 1,
      server: 2,
      transport: 'tcp',
      clientPort: 40_000,
      serverPort: 502,
      protocol: 0,
      firstUs: 1000,
      lastUs: 1000,
      clientPackets: 1,
      serverPackets: 1,
      clientBytes: 60,
      serverBytes: 60,
      gaps: 0,
      isSeenFromStart: true,
      isAnswered: true,
      frames: [],
      ...change,
    });
  }

  claim(change: Partial<Claim>): void {
    this.handlers.claim?.({
      fact: 'claim',
      timeUs: 1000,
      frame: 1,
      host: 2,
      unit: -1,
      attribute: 'model',
      value: 'M1',
      source: 'fieldbus identity',
      trust: 0.9,
      ...change,
    });
  }

  login(change: Partial<Login>): void {
    const parties = { flow: 1, client: 1, server: 2, protocol: 'fieldbus' } as const;
    const login = {
      fact: 'login',
      timeUs: 1000,
      frame: 1,
      mechanism: 'clear',
      user: 'operator',
      outcome: 'accepted',
    } as const;
    this.handlers.login?.({ ...login, ...parties, ...change });
  }

  trait(change: Partial<Trait>): void {
    const trait = { fact: 'trait', timeUs: 1000, frame: 1, host: 2, trait: '', value: '' } as const;
    this.handlers.trait?.({ ...trait, ...change });
  }

  /** A file from host 1 to host 2 in pieces of a thousand bytes, but for those whose number is in `without`. */
  file(content: Uint8Array, change: Partial<Transfer> = {}, without: readonly number[] = []): void {
    const common = {
      ...{ fact: 'transfer', timeUs: 1000, frame: 1, flow: 1, client: 1, server: 2, unit: -1, protocol: 'fieldbus' },
      ...{ carrier: 'file', direction: 'to-server', transfer: `t${this.#frame++}`, name: '', isComplete: false },
      ...{ kind: '', sha256: '', missing: [], missingBytes: 0, bytes: new Uint8Array(0), offset: -1, size: 0 },
      ...change,
    } as Transfer;
    const hand = (transfer: Transfer): void => this.handlers.transfer?.(this.#recorder.transfer(transfer));
    hand({ ...common, phase: 'begun' });
    for (let at = 0; at < content.length; at += 1000) {
      if (without.includes(at / 1000)) continue;
      hand({ ...common, phase: 'piece', offset: at, bytes: content.slice(at, at + 1000) });
    }
    hand({ ...common, phase: 'ended', size: content.length, isComplete: change.isComplete ?? true });
  }

  tick(timeUs: number): void {
    this.handlers.tick?.(timeUs);
  }

  /**
   * Seconds of a small plant, counted from REHEARSAL_START_US: host 1 reads the controller 2 twice a second and writes a
   * setpoint every twenty, host 3 reads it every five. `without`: hosts that say nothing.
   */
  plantSeconds(from: number, to: number, without: readonly number[] = []): void {
    for (let second = from; second < to; second++) {
      const timeUs = REHEARSAL_START_US + second * SECOND_US;
      this.handlers.tick?.(timeUs);
      const ask = (client: number, change: Partial<Operation>): void => {
        if (without.includes(client)) return;
        if (without.includes(2)) {
          this.operation({ timeUs, client, ...change, outcome: Outcome.unanswered, answerFrame: 0, elapsedUs: -1 });
        } else this.operation({ timeUs, client, ...change });
      };
      ask(1, { verb: Verb.read, function: 3, space: 4, first: 0, count: 10 });
      ask(1, { verb: Verb.read, function: 1, space: 1, first: 0, count: 8 });
      if (second % 20 === 10) ask(1, { verb: Verb.write, function: 6, space: 4, first: 0, count: 1 });
      if (second % 5 === 0) ask(3, { verb: Verb.read, function: 3, space: 4, first: 0, count: 2 });
    }
  }

  kinds(): string[] {
    return this.raised.map((judgement) => judgement.kind);
  }
}
