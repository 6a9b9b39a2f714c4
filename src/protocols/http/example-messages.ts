// Plays conversations to the decoder as the flow stage would, and notes what it tells; for the tests of this folder.
import type { Claim, FactSink, Login, Trait, Transfer, Violation } from '../../facts/facts.ts';
import { emptyOperation, type Operation } from '../../facts/operation.ts';
import { NEED_MORE, NO_HOSTS, NOT_THIS_PROTOCOL, type MessageContext } from '../../facts/protocol.ts';
import { http } from './index.ts';

/** A transfer with all its pieces joined. */
export interface Carried {
  readonly name: string;
  readonly direction: string;
  readonly carrier: string;
  text: string;
  offsets: number[];
  size: number;
  /** Undefined: it did not end. */
  isComplete?: boolean;
}

export interface TestedLogin {
  readonly login: Login;
  /** Which of the candidates fits. */
  readonly fits: readonly string[];
}

export class Play implements FactSink {
  readonly decoder = http.start(7);
  readonly carried = new Map<string, Carried>();
  readonly logins: TestedLogin[] = [];
  readonly traits: string[] = [];
  readonly claims: string[] = [];
  readonly rules: string[] = [];
  readonly operations: string[] = [];
  /** What was marked as secret. */
  readonly marked: string[] = [];
  readonly candidates: string[];
  readonly context: MessageContext;
  readonly #waiting: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  /** Bytes that each side has sent, lost ones counted. */
  readonly #sent: [number, number] = [0, 0];
  /** Where what is being read ends. */
  #readEnd = 0;

  constructor(...candidates: string[]) {
    this.candidates = candidates;
    this.context = {
      timeUs: 1_000_000,
      frame: 1,
      flow: 3,
      client: 1,
      server: 2,
      clientPort: 40_000,
      serverPort: 80,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      sink: this,
      hosts: NO_HOSTS,
      secrets: {
        mark: (bytes, start, end) => this.marked.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')),
      },
      positionOf: (at) => this.#sent[this.context.fromClient ? 0 : 1] - this.#readEnd + at,
      acknowledged: () => this.#sent[this.context.fromClient ? 1 : 0],
    };
  }

  /** Text is latin-1; line ends have to be written out. */
  client(...segments: (string | Uint8Array)[]): this {
    for (const segment of segments) this.#segment(true, segment);
    return this;
  }

  server(...segments: (string | Uint8Array)[]): this {
    for (const segment of segments) this.#segment(false, segment);
    return this;
  }

  lost(fromClient: boolean, count: number): this {
    this.context.fromClient = fromClient;
    this.#waiting[fromClient ? 0 : 1] = Buffer.alloc(0);
    this.#sent[fromClient ? 0 : 1] += Math.max(count, 0);
    this.#readEnd = 0;
    this.decoder.gap(3, fromClient, this.context);
    this.decoder.resumes?.(3, fromClient, this.context, count);
    return this;
  }

  ended(fromClient: boolean): this {
    this.context.fromClient = fromClient;
    this.decoder.ended?.(3, fromClient, this.context);
    return this;
  }

  closed(): this {
    this.context.fromClient = true;
    this.decoder.closed(3, this.context);
    return this;
  }

  /** Outcome, mechanism, user, and the candidates that fit. */
  told(): string[] {
    return this.logins.map(({ login, fits }) => {
      const tested = login.test === undefined ? 'untested' : fits.join('|');
      return `${login.outcome} ${login.mechanism} ${login.user} ${tested}`;
    });
  }

  #segment(fromClient: boolean, segment: string | Uint8Array): void {
    const { context, decoder } = this;
    const side = fromClient ? 0 : 1;
    context.frame++;
    context.timeUs += 1000;
    context.fromClient = fromClient;
    const added = typeof segment === 'string' ? Buffer.from(segment, 'latin1') : segment;
    const bytes = Buffer.concat([this.#waiting[side], added]);
    this.#sent[side] += added.length;
    this.#readEnd = bytes.length;
    let at = 0;
    while (at < bytes.length) {
      const size = decoder.frameSize(bytes, at, bytes.length, context);
      if (size === NOT_THIS_PROTOCOL) throw new Error('no frame');
      if (size === NEED_MORE || at + size > bytes.length) break;
      decoder.decode(bytes, at, at + size, context);
      at += size;
    }
    this.#waiting[side] = bytes.subarray(at);
  }

  transfer(fact: Transfer): void {
    if (fact.phase === 'begun') {
      const { name, direction, carrier } = fact;
      this.carried.set(fact.transfer, { name, direction, carrier, text: '', offsets: [], size: 0 });
      return;
    }
    const carried = this.carried.get(fact.transfer)!;
    if (fact.phase === 'piece') {
      carried.text += Buffer.from(fact.bytes).toString('latin1');
      carried.offsets.push(fact.offset);
    } else {
      carried.size = fact.size;
      carried.isComplete = fact.isComplete;
    }
  }

  login(login: Login): void {
    this.logins.push({ login, fits: this.candidates.filter((candidate) => login.test?.(candidate) === true) });
  }

  trait({ host, trait, value }: Trait): void {
    this.traits.push(`${host} ${trait} ${value}`);
  }

  claim({ host, attribute, value, source }: Claim): void {
    this.claims.push(`${host} ${attribute} ${value} (${source})`);
  }

  violation({ rule }: Violation): void {
    this.rules.push(rule);
  }

  operation({ verb, function: method, outcome, code, nameBytes, nameStart, nameEnd }: Operation): void {
    const name = Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1');
    this.operations.push(`${verb} ${http.functionName(method, -1)} ${name} ${outcome} ${code}`);
  }

  conversation(): void {
    // Conversations are the flow stage's.
  }
}
