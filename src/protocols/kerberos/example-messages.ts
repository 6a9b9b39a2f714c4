// Builds Kerberos messages byte for byte for the tests of this folder. No part of the program.
import { be32 } from '../example-conversation.ts';

export function element(tag: number, ...contents: readonly (readonly number[])[]): number[] {
  const bytes = contents.flat();
  const { length } = bytes;
  if (length < 0x80) return [tag, length, ...bytes];
  return [tag, 0x82, length >> 8, length & 0xff, ...bytes];
}

const sequence = (...members: readonly number[][]): number[] => element(0x30, ...members);
const field = (number: number, ...contents: readonly number[][]): number[] => element(0xa0 + number, ...contents);
const integer = (value: number): number[] => element(2, value < -128 ? [value >> 8, value & 0xff] : [value & 0xff]);
const text = (value: string): number[] => element(0x1b, [...Buffer.from(value)]);
const name = (value: string): number[] =>
  sequence(field(0, integer(1)), field(1, sequence(...value.split('/').map(text))));
const encrypted = (type: number): number[] => sequence(field(0, integer(type)), field(2, element(4, [1, 2, 3])));

interface Request {
  readonly tag?: number;
  readonly user?: string;
  readonly service?: string;
  readonly encryptions?: readonly number[];
  /** Of PA-ENC-TIMESTAMP; absent: only PA-PAC-REQUEST. */
  readonly proof?: number;
  readonly netbios?: string;
}

export function request(of: Request): Uint8Array {
  const { tag = 0x6a, user = '', service = 'krbtgt/EXAMPLE.ORG', encryptions = [18], proof, netbios } = of;
  const pa = (type: number, value: number[]): number[] =>
    sequence(field(1, integer(type)), field(2, element(4, value)));
  const body = sequence(
    field(0, element(3, [0, ...be32(0x40810010)])),
    user === '' ? [] : field(1, name(user)),
    field(2, text('EXAMPLE.ORG')),
    field(3, name(service)),
    field(8, sequence(...encryptions.map(integer))),
    netbios === undefined
      ? []
      : field(9, sequence(sequence(field(0, integer(20)), field(1, element(4, [...Buffer.from(netbios.padEnd(16))]))))),
  );
  const proofs = [pa(0x7f, [5]), ...(proof === undefined ? [] : [pa(2, encrypted(proof))])];
  const kind = tag === 0x6a ? 10 : 12;
  const fields = [field(1, integer(5)), field(2, integer(kind)), field(3, sequence(...proofs)), field(4, body)];
  return Uint8Array.from(element(tag, sequence(...fields)));
}

export function reply(tag: number, user: string, service: string, encryption: number): Uint8Array {
  const ticket = element(
    0x61,
    sequence(
      field(0, integer(5)),
      field(1, text('EXAMPLE.ORG')),
      field(2, name(service)),
      field(3, encrypted(encryption)),
    ),
  );
  const fields = [
    field(0, integer(5)),
    field(1, integer(tag - 0x60)),
    field(3, text('EXAMPLE.ORG')),
    field(4, name(user)),
    field(5, ticket),
    field(6, encrypted(18)),
  ];
  return Uint8Array.from(element(tag, sequence(...fields)));
}

export function failure(code: number): Uint8Array {
  const fields = [
    field(0, integer(5)),
    field(1, integer(30)),
    field(4, element(0x18, [...Buffer.from('20260101000000Z')])),
    field(5, integer(1)),
    field(6, integer(code)),
    field(9, text('EXAMPLE.ORG')),
    field(10, name('krbtgt/EXAMPLE.ORG')),
  ];
  return Uint8Array.from(element(0x7e, sequence(...fields)));
}

/** With its length, as on a stream. */
export function framed(message: Uint8Array): Uint8Array {
  return Uint8Array.from([...be32(message.length), ...message]);
}
