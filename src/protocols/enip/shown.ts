// What messages show beyond the operation: connections that are opened and closed, identities, files, firmware, programs.
import { i32le, u16le, u32le } from '../../bytes/endian.ts';
import type { Login } from '../../facts/facts.ts';
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Class, attributeOf, instanceOf, outerInstanceOf, spaceName } from './classes.ts';
import type { Connections } from './connections.ts';
import { CloseAnswer, OpenAnswer } from './forward-open.ts';
import {
  claimsOfAttribute,
  claimsOfAttributeList,
  claimsOfIdentity,
  claimsOfInterface,
  claimsOfKey,
  claimsOfPcccStatus,
} from './identity.ts';
import { Fnc, PCCC_FUNCTIONS, Pccc } from './pccc-functions.ts';
import { Signed } from './packets.ts';
import { Service, serviceName } from './services.ts';
import { General } from './status.ts';
import { Transfers, type Carried } from './transfers.ts';

/** Services of the flash update object: begin tells the size, each piece its offset. */
const Flash = { begin: 0x4b, data: 0x4d } as const;
/** Services of the File object (5A-42). */
const FileService = { initiateUpload: 0x4b, initiateDownload: 0x4c, upload: 0x4f, download: 0x50 } as const;
/** Packet types of a file transfer. */
const Packet = { last: 2, abort: 3, firstAndLast: 4 } as const;
/** Of the class that authenticates: the answer to the challenge. */
const CHALLENGE_RESPONSE = 0x4c;

const FIRMWARE: Carried = { carrier: 'flash update', direction: 'to-server', name: 'firmware' };
const PROGRAM: Carried = { carrier: 'logix upload', direction: 'to-client', name: 'program' };

export class Shown {
  readonly #name: string;
  readonly #connections: Connections;
  readonly #transfers: Transfers;

  constructor(name: string, connections: Connections) {
    this.#name = name;
    this.#connections = connections;
    this.#transfers = new Transfers(name);
  }

  gap(flow: number): void {
    this.#transfers.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#transfers.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#transfers.tick(timeUs, context);
  }

  /** Data of a request: what goes to the server is carried as soon as it is seen. */
  request(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { function: service, subfunction: classId } = operation;
    if (classId === Class.flash) {
      if (service === Flash.begin && start + 4 <= end) {
        this.#transfers.begin(context, operation, FIRMWARE, u32le(bytes, start));
      } else if (service === Flash.data && start + 4 <= end) {
        this.#transfers.piece(context, operation, FIRMWARE, u32le(bytes, start), bytes, start + 4, end);
      }
    } else if (classId === Class.file) {
      if (service === FileService.initiateDownload && start + 4 <= end) {
        this.#transfers.begin(context, operation, fileOf(operation, true), u32le(bytes, start));
      } else if (service === FileService.download && start + 2 <= end) {
        this.#filePacket(operation, true, bytes, start, end, context);
      }
    }
  }

  /** Data of an answer that confirms; `operation` is the pair. */
  answer(
    operation: Operation,
    answeredBy: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const { function: service, subfunction: classId, server, unit } = operation;
    if (answeredBy === Signed.upload) {
      this.#uploaded(operation, bytes, start, end, context);
      return;
    }
    if (operation.verb === Verb['program-upload']) {
      const part = partOf(operation, -1);
      this.#transfers.continued(context, operation, part, bytes, start, end);
      // The general status tells whether there is more (volume 1, appendix B-1).
      if (operation.code !== General.partialTransfer) this.#transfers.end(context, operation, part);
      return;
    }
    if (operation.verb === Verb['program-download']) {
      this.#downloaded(operation, bytes, start, end, context);
      return;
    }
    switch (classId) {
      case Class.security:
        if (service === CHALLENGE_RESPONSE) this.#login(operation, 'accepted', context);
        return;
      case Class.identity:
        if (service === Service.getAttributesAll) claimsOfIdentity(context, server, unit, bytes, start, end);
        else if (service === Service.getAttributeList) claimsOfAttributeList(context, server, unit, bytes, start, end);
        else if (service === Service.getAttributeSingle) this.#attribute(operation, bytes, start, end, context);
        return;
      case Class.tcpIpInterface:
        if (service === Service.getAttributesAll) claimsOfInterface(context, server, unit, bytes, start, end);
        else if (service === Service.getAttributeSingle) this.#attribute(operation, bytes, start, end, context);
        return;
      case Class.connectionManager:
        this.#connection(service, server, bytes, start, end, context);
        return;
      case Class.file:
        if (service === FileService.initiateUpload && start + 4 <= end) {
          this.#transfers.begin(context, operation, fileOf(operation, false), u32le(bytes, start));
        } else if (service === FileService.upload && start + 2 <= end) {
          this.#filePacket(operation, false, bytes, start, end, context);
        }
        return;
      default:
    }
  }

  refusal(operation: Operation, context: MessageContext): void {
    if (operation.subfunction === Class.security && operation.function === CHALLENGE_RESPONSE)
      this.#login(operation, 'refused', context);
  }

  pcccAnswer(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (operation.function !== PCCC_FUNCTIONS + Pccc.diagnostics || operation.subfunction !== Fnc.diagnosticStatus)
      return;
    claimsOfPcccStatus(context, operation.server, operation.unit, bytes, start, end);
  }

  /** A key proves itself to the controller; nothing on the wire tells whose it is. */
  #login(operation: Operation, outcome: Login['outcome'], context: MessageContext): void {
    const { timeUs, frame, flow } = context;
    const { client, server } = operation;
    const protocol = this.#name;
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol,
      mechanism: 'logix-challenge',
      user: '',
      outcome,
    });
  }

  /** What was accepted of a program: the data of the request, by the object it is for. */
  #downloaded(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { valuesStart, valueSize, valueCount } = operation;
    const size = valueSize * valueCount;
    // Without data the operation holds that of the answer.
    if (operation.function >= PCCC_FUNCTIONS || size === 0 || operation.bytes === bytes) return;
    const created = operation.function === Service.create ? createdInstance(bytes, start, end) : -1;
    const part = partOf(operation, created);
    this.#transfers.begin(context, operation, part, size);
    this.#transfers.piece(context, operation, part, 0, operation.bytes, valuesStart, valuesStart + size);
  }

  /** Marker and state, zeros, for all but the first a token; then compressed source. */
  #uploaded(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (start + 4 > end) return;
    const isFirst = (bytes[start + 1]! & 1) !== 0;
    const from = Math.min(end, start + (isFirst ? 4 : 8));
    this.#transfers.piece(context, operation, PROGRAM, -1, bytes, from, end);
  }

  #attribute(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { server, unit, subfunction, first } = operation;
    if (first < 0) return;
    claimsOfAttribute(context, server, unit, subfunction, attributeOf(first), bytes, start, end);
  }

  #connection(
    service: number,
    server: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const connections = this.#connections;
    const { flow } = context;
    if (service === Service.forwardOpen || service === Service.largeForwardOpen) {
      if (start + OpenAnswer.size > end) return;
      const known = connections.bySerial(
        flow,
        u16le(bytes, start + OpenAnswer.serial),
        u16le(bytes, start + OpenAnswer.vendor),
        u32le(bytes, start + OpenAnswer.originator),
      );
      if (known === null) return;
      // The module fits the electronic key, or the connection would not have been opened.
      claimsOfKey(context, server, known.unit, known.keyVendor, known.keyProductCode);
      if (!known.isExplicit) connections.remove(flow, known);
      known.learnTarget(i32le(bytes, start + OpenAnswer.toTarget));
      known.learnOriginator(i32le(bytes, start + OpenAnswer.toOriginator));
    } else if (service === Service.forwardClose) {
      if (start + CloseAnswer.size > end) return;
      const known = connections.bySerial(
        flow,
        u16le(bytes, start + CloseAnswer.serial),
        u16le(bytes, start + CloseAnswer.vendor),
        u32le(bytes, start + CloseAnswer.originator),
      );
      if (known !== null) connections.remove(flow, known);
    }
  }

  /** Number of the transfer, type of the packet, data. */
  #filePacket(
    operation: Operation,
    isDownload: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const file = fileOf(operation, isDownload);
    const type = bytes[start + 1]!;
    if (type === Packet.abort) return;
    this.#transfers.piece(context, operation, file, -1, bytes, start + 2, end);
    if (type === Packet.last || type === Packet.firstAndLast) this.#transfers.end(context, operation, file);
  }
}

/** The instance is the file's number; 200 holds the device's own electronic data sheet. */
function fileOf(operation: Operation, isDownload: boolean): Carried {
  const instance = operation.first < 0 ? 0 : instanceOf(operation.first);
  const name = instance === EDS_INSTANCE ? 'electronic data sheet' : `file ${instance}`;
  return { carrier: 'file object', direction: isDownload ? 'to-server' : 'to-client', name };
}

/** `read source: logix extended properties 12 of a program 3`: what is read or loaded, and of which object. */
function partOf({ function: service, subfunction: classId, space, first, verb }: Operation, created: number): Carried {
  const instance = created >= 0 ? created : first < 0 ? 0 : instanceOf(first);
  const outer = first < 0 ? 0 : outerInstanceOf(first);
  const object = `${spaceName(space)} ${instance}${outer > 0 ? ` (${outer})` : ''}`;
  const name = `${serviceName(service, classId)}: ${object}`;
  return verb === Verb['program-upload']
    ? { carrier: 'logix upload', direction: 'to-client', name }
    : { carrier: 'logix download', direction: 'to-server', name };
}

/** The answer to Create tells the number of the new instance (volume 1, appendix A-4.7); -1 where it does not. */
function createdInstance(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= 4) return u32le(bytes, start);
  return end - start >= 2 ? u16le(bytes, start) : -1;
}

const EDS_INSTANCE = 200;
