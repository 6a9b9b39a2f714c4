// Makes src/protocols/NAME: a decoder of a made-up message with tests that pass, ready to be given the real one.
// usage: npm run new:protocol -- NAME
import { generate, type Name, type Template } from './new-folder.ts';

export const PROTOCOL_TEMPLATE: Template = {
  list: 'protocols',
  files: (name) => ({
    'README.md': readme(name),
    'index.ts': index(name),
    'messages.ts': messages(name),
    'parse.ts': parse(name),
    'facts.ts': facts(name),
    'parse.test.ts': tests(name),
  }),
  count: (text, count) => text.replace(/\b\d+ protocols?\b/g, `${count} protocol${count === 1 ? '' : 's'}`),
};

function readme(name: Name): string {
  return `# ${name.title}

Where it is spoken, and on which ports.

| message | decoded | becomes |
|---|---|---|
| request | function, object, value | Operation |

Not decoded: what a reader might expect here and does not get.

Specification: title, edition, and the clauses the code follows.
`;
}

function index(name: Name): string {
  return `// ${name.title}: the protocol's entry in the list, and the running decoder that ties framing and facts together.
import { Speaker, type MessageContext, type Protocol, type ProtocolDecoder } from '../../facts/protocol.ts';
import { emitRequest } from './facts.ts';
import { CODE_NAMES, FUNCTION_NAMES } from './messages.ts';
import { FRAME_BYTES_MAX, frameSize, looksLike } from './parse.ts';

export const ${name.camel}: Protocol = {
  name: '${name.kebab}',
  title: '${name.title}',
  transports: ['tcp'],
  ports: [],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => FUNCTION_NAMES.get(code) ?? \`function \${code}\`,
  spaceName: (space) => (space === 0 ? '' : 'register'),
  codeName: (code) => CODE_NAMES.get(code) ?? \`code \${code}\`,
  family: 'process',
  kinds: [...FUNCTION_NAMES].map(([code, kind]) => ({ function: code, subfunction: -1, name: kind })),
  summary: 'A made-up message of the generator: to be replaced',
  start: (protocol) => new ${name.pascal}Decoder(protocol),
};

class ${name.pascal}Decoder implements ProtocolDecoder {
  private readonly protocol: number;

  constructor(protocol: number) {
    this.protocol = protocol;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return frameSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    emitRequest(bytes, start, end, this.protocol, context);
  }

  // The made-up protocol keeps nothing. A real one pairs answers with requests in one bounded table (session.ts).
  gap(): void {}

  closed(): void {}

  tick(): void {}
}
`;
}

function messages(name: Name): string {
  return `// The code tables of ${name.title}, with the names of the specification.

export const FunctionCode = { read: 1, write: 2 } as const;

export const FUNCTION_NAMES: ReadonlyMap<number, string> = new Map([
  [FunctionCode.read, 'Read'],
  [FunctionCode.write, 'Write'],
]);

export const CODE_NAMES: ReadonlyMap<number, string> = new Map([[1, 'Not allowed']]);
`;
}

function parse(name: Name): string {
  return `// Finds the frames of ${name.title} in a stream and the fields in a frame; keeps no state.
//
// Made up: magic (2 bytes), length of what follows (2), function (1), object (2), value (2).
import { u16be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';

const MAGIC = 0xa91c;
const HEADER_BYTES = 4;
export const BODY_BYTES = 5;
export const FRAME_BYTES_MAX = 256;

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_BYTES + BODY_BYTES || u16be(bytes, start) !== MAGIC) return Match.no;
  return u16be(bytes, start + 2) === BODY_BYTES ? Match.yes : Match.maybe;
}

export function frameSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_BYTES) return NEED_MORE;
  const size = HEADER_BYTES + u16be(bytes, start + 2);
  return u16be(bytes, start) !== MAGIC || size > FRAME_BYTES_MAX ? NOT_THIS_PROTOCOL : size;
}

/** Where the body of the frame at \`start\` begins. */
export function bodyStart(start: number): number {
  return start + HEADER_BYTES;
}
`;
}

function facts(name: Name): string {
  return `// Turns a frame of ${name.title} into facts: an Operation where it is whole, a Violation where it is not.
import { u16be } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setValues, startOperation, violation } from '../facts-of-messages.ts';
import { FunctionCode } from './messages.ts';
import { BODY_BYTES, bodyStart } from './parse.ts';

export function emitRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  protocol: number,
  context: MessageContext,
): void {
  const body = bodyStart(start);
  if (end - body < BODY_BYTES) {
    emitTooShort(bytes, start, end, context);
    return;
  }
  const operation = startOperation(context, protocol);
  operation.function = bytes[body]!;
  operation.verb = operation.function === FunctionCode.write ? Verb.write : Verb.read;
  operation.space = 1;
  operation.first = u16be(bytes, body + 1);
  operation.count = 1;
  setValues(operation, bytes, body + 3, 2, Encoding.unsigned, 1);
  context.sink.operation(operation);
}

function emitTooShort(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  const detail = \`\${Math.max(0, end - bodyStart(start))} bytes where \${BODY_BYTES} are needed\`;
  violation(context, '${name.kebab}', 'body-too-short', detail, bytes, start, end, start + 2);
}
`;
}

function tests(name: Name): string {
  return `// Decodes hand-made messages of ${name.title}, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Operation } from '../../facts/operation.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { ${name.camel} } from './index.ts';

const WRITE = Uint8Array.of(0xa9, 0x1c, 0, 5, 2, 0, 40, 1, 0);

/** Decodes one frame; gives the facts, records copied. */
function factsOf(bytes: Uint8Array): { operations: Operation[]; rules: string[] } {
  const sink = new CheckedSink();
  const operations: Operation[] = [];
  const rules: string[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) operations.push({ ...fact });
    else if (fact.fact === 'violation') rules.push(fact.rule);
  };
  ${name.camel}.start(0).decode(bytes, 0, bytes.length, messageContext(sink));
  assert.deepEqual(sink.problems, []);
  return { operations, rules };
}

test('a write becomes an operation with its object and value', () => {
  const { operations, rules } = factsOf(WRITE);
  assert.deepEqual(rules, []);
  assert.equal(operations.length, 1);
  const [operation] = operations;
  assert.equal(operation!.verb, Verb.write);
  assert.equal(operation!.first, 40);
  assert.equal(operation!.bytes[operation!.valuesStart], 1);
});

test('a frame is recognised, and its size is known once the header is there', () => {
  const decoder = ${name.camel}.start(0);
  const context = messageContext(new CheckedSink());
  assert.equal(decoder.looksLike(WRITE, 0, WRITE.length), Match.yes);
  assert.equal(decoder.frameSize(WRITE, 0, 3, context), NEED_MORE);
  assert.equal(decoder.frameSize(WRITE, 0, 4, context), WRITE.length);
});

test('bytes of another protocol are not taken', () => {
  const decoder = ${name.camel}.start(0);
  const other = new TextEncoder().encode('GET / HTTP/1.1');
  assert.equal(decoder.looksLike(other, 0, other.length), Match.no);
  assert.equal(decoder.frameSize(other, 0, other.length, messageContext(new CheckedSink())), NOT_THIS_PROTOCOL);
});

test('a body that stops early is reported, not dropped', () => {
  for (let size = 0; size < WRITE.length; size++) {
    const { operations, rules } = factsOf(WRITE.slice(0, size));
    assert.deepEqual(operations, []);
    assert.deepEqual(rules, ['body-too-short']);
  }
});

test('every change of one byte decodes without throwing', () => {
  for (let at = 0; at < WRITE.length; at++) {
    for (let value = 0; value < 256; value++) factsOf(WRITE.with(at, value));
  }
});
`;
}

if (import.meta.main) {
  process.exitCode = await generate(
    PROTOCOL_TEMPLATE,
    'next: read src/protocols/modbus as the model, then run npm test',
  );
}
