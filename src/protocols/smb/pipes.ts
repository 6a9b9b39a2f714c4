/* eslint-disable @typescript-eslint/no-unused-vars */
// What passes through a named pipe.
import type { MessageContext } from '../../facts/protocol.ts';
import type { OpenFile } from './files.ts';

export class Pipes {
  said(_context: MessageContext, _file: OpenFile, _bytes: Uint8Array, _start: number, _end: number): void {}
}
