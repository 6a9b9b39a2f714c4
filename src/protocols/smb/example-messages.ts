// Builds messages of SMB 2 and 1, of NTLM and of DCE/RPC byte for byte, for tests and captures. No part of the program.
import { utf16Of } from '../../bytes/utf16.ts';

export const CHALLENGE = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];

export function le16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function le32(value: number): number[] {
  return [...le16(value & 0xffff), ...le16(value >>> 16)];
}

export function le64(value: number): number[] {
  return [...le32(value % 0x1_0000_0000), ...le32(Math.floor(value / 0x1_0000_0000))];
}

export function wide(text: string): number[] {
  return [...utf16Of(text)];
}

/** The frame of a session message. */
export function framed(message: readonly number[]): number[] {
  const { length } = message;
  return [0, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff, ...message];
}

export interface Smb2Fields {
  readonly command: number;
  readonly id: number;
  readonly isAnswer?: boolean;
  readonly status?: number;
  readonly tree?: number;
  readonly session?: number;
  readonly next?: number;
}

/** Header (MS-SMB2 2.2.1.2) and body. */
export function smb2(fields: Smb2Fields, body: readonly number[]): number[] {
  const { command, id, isAnswer = false, status = 0, tree = 0, session = 0x11, next = 0 } = fields;
  const head = [0xfe, 0x53, 0x4d, 0x42, ...le16(64), ...le16(1), ...le32(status), ...le16(command), ...le16(1)];
  head.push(...le32(isAnswer ? 1 : 0), ...le32(next), ...le64(id), ...le32(0), ...le32(tree), ...le64(session));
  return [...head, ...new Array<number>(16).fill(0), ...body];
}

const FIRST_BODY = 64;

export function sessionSetup(id: number, token: readonly number[]): number[] {
  const body = [...le16(25), 0, 1, ...le32(0), ...le32(0), ...le16(FIRST_BODY + 24), ...le16(token.length), ...le64(0)];
  return framed(smb2({ command: 1, id }, [...body, ...token]));
}

export function sessionAnswer(id: number, status: number, token: readonly number[], flags = 0): number[] {
  const body = [...le16(9), ...le16(flags), ...le16(FIRST_BODY + 8), ...le16(token.length)];
  return framed(smb2({ command: 1, id, isAnswer: true, status }, [...body, ...token]));
}

export function negotiateAnswer(id: number, dialect: number, mode: number): number[] {
  const guid = Array.from({ length: 16 }, (_, index) => index + 1);
  const body = [...le16(65), ...le16(mode), ...le16(dialect), ...le16(0), ...guid];
  return framed(smb2({ command: 0, id, isAnswer: true }, [...body, ...new Array<number>(40).fill(0)]));
}

export function treeConnect(id: number, path: string): number[] {
  const name = wide(path);
  return framed(smb2({ command: 3, id }, [...le16(9), ...le16(0), ...le16(72), ...le16(name.length), ...name]));
}

export function treeAnswer(id: number, tree: number, isPipe: boolean, status = 0): number[] {
  const body = [...le16(16), isPipe ? 2 : 1, 0, ...le32(0), ...le32(0), ...le32(0x1f01ff)];
  return framed(smb2({ command: 3, id, tree, isAnswer: true, status }, body));
}

export function createBody(name: string, access: number, disposition: number, options = 0): number[] {
  const text = wide(name);
  const body = [...le16(57), 0, 0, ...le32(2), ...le64(0), ...le64(0), ...le32(access), ...le32(0), ...le32(7)];
  body.push(
    ...le32(disposition),
    ...le32(options),
    ...le16(FIRST_BODY + 56),
    ...le16(text.length),
    ...le32(0),
    ...le32(0),
  );
  return [...body, ...text];
}

export function fileId(number: number): number[] {
  return [...le64(number), ...le64(number)];
}

export function createdBody(file: number, size: number): number[] {
  const times = new Array<number>(32).fill(0);
  return [
    ...le16(89),
    0,
    0,
    ...le32(1),
    ...times,
    ...le64(size),
    ...le64(size),
    ...le32(0x20),
    ...le32(0),
    ...fileId(file),
    ...le64(0),
  ];
}

export function readBody(file: number, offset: number, length: number): number[] {
  return [
    ...le16(49),
    0,
    0,
    ...le32(length),
    ...le64(offset),
    ...fileId(file),
    ...le32(1),
    ...new Array<number>(13).fill(0),
  ];
}

export function readAnswerBody(data: readonly number[]): number[] {
  return [...le16(17), FIRST_BODY + 16, 0, ...le32(data.length), ...le32(0), ...le32(0), ...data];
}

export function writeBody(file: number, offset: number, data: readonly number[]): number[] {
  const body = [...le16(49), ...le16(FIRST_BODY + 48), ...le32(data.length), ...le64(offset), ...fileId(file)];
  return [...body, ...le32(0), ...le32(0), ...le16(0), ...le16(0), ...le32(0), ...data];
}

export function closeBody(file: number): number[] {
  return [...le16(24), ...le16(0), ...le32(0), ...fileId(file)];
}

/** A class of information about a file that is set: 10 another name, 13 to be deleted. */
export function setInfoBody(file: number, kind: number, buffer: readonly number[]): number[] {
  const body = [...le16(33), 1, kind, ...le32(buffer.length), ...le16(FIRST_BODY + 32), ...le16(0), ...le32(0)];
  return [...body, ...fileId(file), ...buffer];
}

const NTLM_SIGNATURE = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0];

function field(length: number, offset: number): number[] {
  return [...le16(length), ...le16(length), ...le32(offset)];
}

export function ntlmNegotiate(): number[] {
  return [
    ...NTLM_SIGNATURE,
    ...le32(1),
    ...le32(0xe208_8297),
    ...field(0, 0),
    ...field(0, 0),
    10,
    0,
    ...le16(19_041),
    0,
    0,
    0,
    15,
  ];
}

export function ntlmChallenge(computer: string): number[] {
  const name = wide(computer);
  const pairs = [...le16(1), ...le16(name.length), ...name, ...le32(0)];
  const head = [...NTLM_SIGNATURE, ...le32(2), ...field(0, 56), ...le32(0xe289_8215), ...CHALLENGE, ...le64(0)];
  return [...head, ...field(pairs.length, 56), 10, 0, ...le16(17_763), 0, 0, 0, 15, ...pairs];
}

/** An answer to the challenge with NTLMv1, without extended session security. */
export function ntlmAuthenticate(user: string, workstation: string, nt: Iterable<number>): number[] {
  const parts = [[], [...nt], wide('PLANT'), wide(user), wide(workstation), []];
  let offset = 72;
  const fields = parts.flatMap((part) => {
    const made = field(part.length, offset);
    offset += part.length;
    return made;
  });
  return [
    ...NTLM_SIGNATURE,
    ...le32(3),
    ...fields,
    ...le32(0xe280_8215),
    10,
    0,
    ...le16(19_041),
    0,
    0,
    0,
    15,
    ...parts.flat(),
  ];
}

function rpc(type: number, call: number, body: readonly number[]): number[] {
  return [5, 0, type, 3, 0x10, 0, 0, 0, ...le16(16 + body.length), ...le16(0), ...le32(call), ...body];
}

const NDR = [
  0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0,
];

/** `uuid` as it stands on the wire. */
export function rpcBind(call: number, uuid: readonly number[]): number[] {
  const context = [...le16(0), 1, 0, ...uuid, ...le32(2), ...NDR];
  return rpc(11, call, [...le16(4280), ...le16(4280), ...le32(0), 1, 0, 0, 0, ...context]);
}

export function rpcRequest(call: number, opnum: number, stub: readonly number[]): number[] {
  return rpc(0, call, [...le32(stub.length), ...le16(0), ...le16(opnum), ...stub]);
}

export function rpcResponse(call: number, stub: readonly number[]): number[] {
  return rpc(2, call, [...le32(stub.length), ...le16(0), 0, 0, ...stub]);
}

export function rpcFault(call: number, status: number): number[] {
  return rpc(3, call, [...le32(0), ...le16(0), 0, 0, ...le32(status), ...le32(0)]);
}

/** A string of stub data, with its zero. */
export function rpcString(text: string): number[] {
  const characters = wide(`${text}\0`);
  const count = characters.length / 2;
  const padding = new Array<number>((4 - (characters.length & 3)) & 3).fill(0);
  return [...le32(count), ...le32(0), ...le32(count), ...characters, ...padding];
}

/** svcctl as it stands on the wire. */
export const SVCCTL = [0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03];

/** A message of SMB 1: its words, then its bytes. */
export function smb1(
  command: number,
  isAnswer: boolean,
  words: readonly number[],
  data: readonly number[],
): [boolean, number[]] {
  const head = [0xff, 0x53, 0x4d, 0x42, command, 0, 0, 0, 0, isAnswer ? 0x98 : 0x18, ...le16(0x4000)];
  head.push(...new Array<number>(12).fill(0), ...le16(5), ...le16(9), ...le16(0), ...le16(1));
  return [!isAnswer, framed([...head, words.length / 2, ...words, ...le16(data.length), ...data])];
}

/** NEGOTIATE of SMB 1 as the server answers it, without extended security; `mode`: 1 users, 2 encrypted. */
export function smb1Negotiated(mode: number): [boolean, number[]] {
  const words = [...le16(0), mode, ...new Array<number>(16).fill(0), ...le32(0x44), ...new Array<number>(10).fill(0)];
  return smb1(0x72, true, [...words, 8], CHALLENGE);
}

/** No further command of SMB 1 in the same message. */
export const NO_MORE = [0xff, 0, 0, 0];

/** A server with a password for each share (MS-CIFS 2.2.4.55.1), and one that is sent. */
export function shareLogin(secret: string): [boolean, number[]][] {
  const password = [...Buffer.from(`${secret}\0`, 'latin1')];
  const path = [...Buffer.from('\\\\PLC\\logs\0A:\0', 'latin1')];
  return [
    smb1Negotiated(0),
    smb1(0x75, false, [...NO_MORE, ...le16(0), ...le16(password.length)], [...password, ...path]),
    smb1(0x75, true, [...NO_MORE, ...le16(0)], [...Buffer.from('A:\0', 'latin1')]),
  ];
}

/** SESSION_SETUP to a server that takes passwords in clear (MS-CIFS 2.2.4.53). */
export function clearSession(user: string, secret: string): [boolean, number[]][] {
  const password = [...Buffer.from(`${secret}\0`, 'latin1')];
  const words = [
    ...NO_MORE,
    ...new Array<number>(10).fill(0),
    ...le16(password.length),
    ...le16(0),
    ...new Array<number>(8).fill(0),
  ];
  const text = [...Buffer.from(`${user}\0PLANT\0Unix\0Samba\0`, 'latin1')];
  return [
    smb1Negotiated(1),
    smb1(0x73, false, words, [...password, ...text]),
    smb1(0x73, true, [...NO_MORE, ...le16(0)], [...Buffer.from('Unix\0Samba 3.0\0PLANT\0', 'latin1')]),
  ];
}
