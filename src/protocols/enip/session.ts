// CIP messages, whatever carried them: requests and answers, and PCCC where it comes instead.
import type { MessageContext } from '../../facts/protocol.ts';
import { AnswerSide } from './answer-side.ts';
import { Class } from './classes.ts';
import type { Connection } from './connections.ts';
import type { Exchange } from './exchange.ts';
import { PcccSession } from './pccc-session.ts';
import { RequestSide } from './request-side.ts';
import { ANSWER_BIT } from './services.ts';

export class CipSession {
  readonly #exchange: Exchange;
  readonly #pccc: PcccSession;
  readonly #requests: RequestSide;
  readonly #answers: AnswerSide;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#pccc = new PcccSession(exchange);
    this.#requests = new RequestSide(exchange, this.#pccc);
    this.#answers = new AnswerSide(exchange, this.#pccc);
  }

  /** A message in bytes[start..end), of the frame and with the key of the exchange; `connection`: it came over that. */
  message(bytes: Uint8Array, start: number, end: number, connection: Connection | null, context: MessageContext): void {
    if (start >= end) this.#exchange.broken(context, 'message-missing', 'the data item is empty', bytes, start);
    else if (connection?.classId === Class.dhPlus) this.#pccc.onHighway(bytes, start, end, connection.unit, context);
    else if ((bytes[start]! & ANSWER_BIT) !== 0) this.#answers.read(bytes, start, end, false, 0, context);
    else this.#requests.read(bytes, start, end, connection?.unit ?? -1, 0, 0, context);
  }

  /** PCCC without CIP around it (item 0x91). */
  legacyPccc(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#pccc.bare(bytes, start, end, -1, context);
  }
}
