// The header of an S7comm message: who speaks (job, answer, user data), the reference that pairs job and answer, and
// where parameters and data lie.
import { u16be } from '../../bytes/endian.ts';
import { Fit } from '../iso-on-tcp.ts';
import { Job, Rosctr } from './codes.ts';

const S7COMM_ID = 0x32;
const JOB_HEADER = 10;
const ANSWER_HEADER = 12;
/** Head of the parameters of user data: 00 01 12, and the length of the rest. */
export const USER_DATA_HEAD = 4;
export const UserDataType = { push: 0, request: 4, answer: 8, ncPush: 3, ncRequest: 7, ncAnswer: 11 } as const;

/** One message, refilled. All offsets are into the bytes it was read from. */
export class S7Message {
  rosctr = 0;
  reference = 0;
  /** Error class and code of an answer as one number, 0 where there is none. */
  error = 0;
  /** First byte of the parameters, -1 where there are none. */
  function = -1;
  paramStart = 0;
  paramEnd = 0;
  dataStart = 0;
  dataEnd = 0;
  /** The lengths in the header do not agree with the bytes: what is there is read. */
  isCut = false;
  /** Bytes behind parameters and data. */
  excess = 0;
}

/** Reads bytes[start..end); false where it is no S7comm message at all. */
export function readMessage(bytes: Uint8Array, start: number, end: number, message: S7Message): boolean {
  if (end - start < JOB_HEADER || bytes[start] !== S7COMM_ID) return false;
  const rosctr = bytes[start + 1]!;
  const isAnswer = rosctr === Rosctr.acknowledge || rosctr === Rosctr.acknowledgeData;
  if (isAnswer && end - start < ANSWER_HEADER) return false;
  message.rosctr = rosctr;
  message.reference = u16be(bytes, start + 4);
  message.error = isAnswer ? u16be(bytes, start + 10) : 0;
  message.paramStart = start + (isAnswer ? ANSWER_HEADER : JOB_HEADER);
  const paramEnd = message.paramStart + u16be(bytes, start + 6);
  const dataEnd = paramEnd + u16be(bytes, start + 8);
  message.isCut = dataEnd > end;
  message.excess = Math.max(0, end - dataEnd);
  message.paramEnd = Math.min(paramEnd, end);
  message.dataStart = message.paramEnd;
  message.dataEnd = Math.min(dataEnd, end);
  message.function = message.paramEnd > message.paramStart ? bytes[message.paramStart]! : -1;
  return true;
}

/** See UpperProtocol.fits. */
export function fitsS7comm(bytes: Uint8Array, at: number, end: number, dataEnd: number, isEnd: boolean): number {
  if (bytes[at] !== S7COMM_ID) return Fit.no;
  if (end - at < 2) return Fit.undecided;
  const rosctr = bytes[at + 1]!;
  const isAnswer = rosctr === Rosctr.acknowledge || rosctr === Rosctr.acknowledgeData;
  if (!isAnswer && rosctr !== Rosctr.job && rosctr !== Rosctr.userData) return Fit.no;
  if (end - at < JOB_HEADER) return Fit.undecided;
  const size = (isAnswer ? ANSWER_HEADER : JOB_HEADER) + u16be(bytes, at + 6) + u16be(bytes, at + 8);
  if (isEnd ? size === dataEnd - at : size >= dataEnd - at) return Fit.yes;
  return u16be(bytes, at + 2) === 0 ? Fit.malformed : Fit.no;
}

/** Is this the one who asks? For a conversation joined in the middle: 1 client, -1 server, 0 not to be told. */
export function speakerOf(bytes: Uint8Array, at: number, end: number): number {
  if (end - at <= JOB_HEADER) return 0;
  const rosctr = bytes[at + 1]!;
  if (rosctr === Rosctr.acknowledge) return -1;
  if (rosctr === Rosctr.userData) {
    const typeAt = at + JOB_HEADER + USER_DATA_HEAD + 1;
    if (typeAt >= end) return 0;
    const type = bytes[typeAt]! >> 4;
    return type === UserDataType.request || type === UserDataType.ncRequest ? 1 : -1;
  }
  const functionAt = at + (rosctr === Rosctr.job ? JOB_HEADER : ANSWER_HEADER);
  if (functionAt >= end) return 0;
  const isJob = rosctr === Rosctr.job;
  return isSaidByServer(bytes[functionAt]!) === isJob ? -1 : 1;
}

/** During a download it is the controller that asks for the blocks, and says that it has them. */
export function isSaidByServer(code: number): boolean {
  return code === Job.downloadBlock || code === Job.downloadEnded;
}
