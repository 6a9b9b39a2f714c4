// The requests of one conversation that wait, in their order, and which of them an answer belongs to: see "Which request an
// answer is given to" in the README.
import { unknownExchange, type Exchange } from './exchange.ts';

/** More unanswered requests of one conversation are not waited for. */
export const EXCHANGES_MAX = 64;
/** Who asks again after so long, and got nothing meanwhile, may have given up what was asked before. */
const PATIENCE_US = 10e6;
/** No window is larger: what is acknowledged further ahead of an answer was not meant for this stream. */
const WINDOW_MAX = 1 << 24;
/** Instead of a position in the stream of the server. */
const NONE = -1;

export class WaitingExchanges {
  /** Those that will not be answered as far as anybody can tell: whoever calls takes them from here. */
  readonly givenUp: Exchange[] = [];
  readonly #waiting: Exchange[] = [];
  /** So many of the oldest may have been answered unseen. */
  #doubtful = 0;
  /** One of them certainly was, before this position of the stream of the server; NONE: none was. */
  #lostBefore = NONE;
  /** The client has asked again before it saw an answer. */
  #isPipelined = false;
  /** Something of the server was seen: what is missing from then on is told. */
  #isServerSeen = false;

  get count(): number {
    return this.#waiting.length;
  }

  /** The client asks; `isAnswering`: in the middle of an answer. What it has seen by then tells of the requests before. */
  ask(exchange: Exchange, isAnswering: boolean): void {
    const hasSeenMore = exchange.acknowledged !== this.#waiting.at(-1)?.acknowledged;
    this.#add(exchange, this.#isInDoubtBefore(exchange, hasSeenMore, isAnswering));
  }

  /**
   * The beginning of a request was lost. Behind others, and of a client that does not wait for answers, it waits with them,
   * so that its answer is not given to the next.
   */
  askedUnseen(timeUs: number): void {
    const exchange = unknownExchange(timeUs, this.#waiting.at(-1)?.acknowledged);
    // Nobody knows what the client had seen; where an answer may have been lost, it had.
    const isInDoubt = this.#doubtful > 0 && this.#isInDoubtBefore(exchange, true, false);
    if (this.#waiting.length > 0 || this.#isPipelined) this.#add(exchange, isInDoubt);
  }

  /**
   * Answers may have passed unseen. `lostBefore`: where the stream of the server goes on behind bytes among which the
   * beginning of one was; NONE: nobody knows whether there was one.
   */
  doubt(lostBefore: number): void {
    this.#isServerSeen = true;
    this.#doubtful = this.#waiting.length;
    if (this.#doubtful > 0 && lostBefore !== NONE) this.#lostBefore = lostBefore;
  }

  /** An interim answer: no other is sent before the content. */
  continued(): void {
    this.#isServerSeen = true;
    const oldest = this.#waiting[0];
    if (oldest !== undefined) oldest.expectsContinue = false;
  }

  /**
   * The request to which the answer belongs that begins at `position` of the stream of the server (NONE: nobody knows);
   * null: it was not seen, or several may be meant.
   */
  answered(position: number): Exchange | null {
    const waiting = this.#waiting;
    const oldest = waiting[0];
    // The first that is seen of the server is further on than where it stood when it was asked.
    if (!this.#isServerSeen && oldest !== undefined && isBefore(oldest.acknowledged, position)) this.doubt(position);
    this.#isServerSeen = true;
    let last = Math.min(this.#doubtful, waiting.length - 1);
    while (last >= 0 && isBefore(position, waiting[last]!.acknowledged)) last--;
    if (last < 0) return null;
    // What comes of the bytes that were passed over is not behind them.
    const isBehind = this.#lostBefore !== NONE && !isBefore(position, this.#lostBefore);
    this.#lostBefore = NONE;
    if (isBehind && !waiting[0]!.expectsContinue) {
      this.#giveUpOldest();
      last--;
    }
    if (last > 0) this.#giveUpOldest();
    if (last !== 0) return null;
    this.#doubtful = 0;
    return waiting.shift()!;
  }

  giveUpAll(): void {
    this.givenUp.push(...this.#waiting.splice(0));
    this.#doubtful = 0;
    this.#lostBefore = NONE;
    this.#isPipelined = false;
  }

  /** Is it open, now that the client asks again, which of those that wait were answered? */
  #isInDoubtBefore(exchange: Exchange, hasSeenMore: boolean, isAnswering: boolean): boolean {
    const newest = this.#waiting.at(-1);
    if (newest === undefined) return false;
    const isDoubtful = this.#doubtful > 0;
    const isLate = exchange.timeUs - newest.timeUs > PATIENCE_US;
    const hasSeenAnswers = hasSeenMore && !isAnswering;
    if (hasSeenAnswers && (!this.#isPipelined || (isDoubtful && isLate))) this.giveUpAll();
    else if (isDoubtful || isLate) return true;
    else if (this.#waiting.some(isSeen)) this.#isPipelined = true;
    else if (!this.#isPipelined) this.giveUpAll();
    return false;
  }

  #add(exchange: Exchange, isInDoubt: boolean): void {
    const isFull = this.#waiting.length >= EXCHANGES_MAX;
    if (isFull) this.#giveUpOldest();
    if (isInDoubt || isFull) this.#doubtful = this.#waiting.length;
    this.#waiting.push(exchange);
  }

  #giveUpOldest(): void {
    this.givenUp.push(this.#waiting.shift()!);
  }
}

function isSeen({ frame }: Exchange): boolean {
  return frame !== 0;
}

/** Does `position` stand before `other` in the stream? Where both are known, and are of one stream. */
function isBefore(position: number, other: number): boolean {
  const ahead = (other - position) | 0;
  return position !== NONE && other !== NONE && ahead > 0 && ahead < WINDOW_MAX;
}
