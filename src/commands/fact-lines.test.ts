import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CONTENT_UNSEEN, type Login, type Transfer } from '../facts/facts.ts';
import { frameReference } from '../facts/frame-reference.ts';
import { Encoding, Outcome, emptyOperation } from '../facts/operation.ts';
import type { Protocol } from '../facts/protocol.ts';
import { Verb } from '../facts/verbs.ts';
import { exampleAnalysis } from './example-analysis.ts';
import { FACT_NAMES, FactLines } from './fact-lines.ts';
import type { FactFilter } from './fact-lines.ts';

const EVERYTHING: FactFilter = { facts: new Set(FACT_NAMES), protocols: null };
const START_US = 1_767_225_600_000_000;

const protocol = {
  name: 'modbus',
  functionName: (code: number) => `function ${code}`,
  spaceName: () => 'holding registers',
  codeName: (code: number) => `code ${code}`,
} as unknown as Protocol;

function linesOf(hear: (sink: FactLines) => void, filter = EVERYTHING): Record<string, unknown>[] {
  const lines: string[] = [];
  hear(new FactLines(exampleAnalysis().hosts, [protocol], filter, (line) => void lines.push(line)));
  for (const line of lines) assert.doesNotMatch(line, /\n/);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('an operation is told with its parties, object, values and answer', () => {
  const operation = {
    ...emptyOperation(),
    timeUs: START_US,
    elapsedUs: 5000,
    client: 1,
    server: 9,
    clientPort: 40_001,
    serverPort: 502,
    unit: 3,
    verb: Verb.write,
    function: 16,
    first: 100,
    count: 2,
    requestFrame: frameReference(0, 4),
    answerFrame: frameReference(1, 1),
    outcome: Outcome.refused,
    code: 2,
    bytes: Uint8Array.from([0, 7, 0, 8]),
    valueSize: 2,
    valueCount: 2,
    encoding: Encoding.unsigned,
  };
  assert.deepEqual(
    linesOf((sink) => sink.operation(operation)),
    [
      {
        fact: 'operation',
        file: 0,
        frame: 4,
        time: '2026-01-01T00:00:00.000000Z',
        protocol: 'modbus',
        client: '192.0.2.1',
        server: '192.0.2.9',
        serverSegment: 'vlan 20',
        clientPort: 40_001,
        serverPort: 502,
        unit: 3,
        verb: 'write',
        function: 16,
        functionName: 'function 16',
        object: { space: 'holding registers', first: 100, count: 2 },
        values: [7, 8],
        outcome: 'refused',
        code: 2,
        codeName: 'code 2',
        answerFrame: 1,
        answerFile: 1,
        elapsedUs: 5000,
      },
    ],
  );
});

test('an answer without its request stands at its own frame', () => {
  const operation = { ...emptyOperation(), requestFrame: 0, answerFrame: frameReference(0, 8), elapsedUs: -1 };
  const [line] = linesOf((sink) => sink.operation(operation));
  assert.equal(line!['frame'], 8);
  assert.equal(line!['elapsedUs'], null);
  assert.equal(line!['function'], null);
});

test('a login never shows how its secret can be tested', () => {
  const login: Login = {
    fact: 'login',
    timeUs: START_US,
    frame: frameReference(0, 1),
    flow: 0,
    client: 1,
    server: 2,
    protocol: 'modbus',
    mechanism: 'clear',
    user: 'operator',
    outcome: 'accepted',
    test: (candidate) => candidate === 'hunter2',
  };
  const [line] = linesOf((sink) => sink.login(login));
  assert.deepEqual(Object.keys(line!), ['fact', 'file', 'frame', 'time', 'protocol', 'client', 'server', 'mechanism', 'user', 'outcome']); // prettier-ignore
});

function transfer(phase: Transfer['phase'], offset: number, text: string, size: number): Transfer {
  return {
    fact: 'transfer',
    phase,
    timeUs: START_US,
    frame: frameReference(0, 1),
    flow: 0,
    client: 1,
    server: 2,
    unit: 1,
    protocol: 'modbus',
    carrier: 'UMAS download',
    direction: 'to-server',
    transfer: 'one',
    name: '',
    offset,
    bytes: Buffer.from(text),
    size,
    isComplete: true,
    ...CONTENT_UNSEEN,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('a transfer shows hashes of its pieces and of the whole, never its bytes', () => {
  const lines = linesOf((sink) => {
    sink.transfer(transfer('begun', -1, '', 0));
    sink.transfer(transfer('piece', 0, 'abc', 0));
    sink.transfer({ ...transfer('ended', -1, '', 3), kind: 'text', sha256: sha256('abc') });
  });
  assert.deepEqual(
    lines.map((line) => [line['sha256'], line['kind'], line['size']]),
    [
      [null, null, 0],
      [sha256('abc'), null, 3],
      [sha256('abc'), 'text', 3],
    ],
  );
  assert.equal(JSON.stringify(lines).includes('abc"'), false);
});

test('a transfer with a piece missing says where, and has no hash of the whole', () => {
  const missing = { missing: [{ offset: 0, size: 3 }], missingBytes: 3 };
  const [line] = linesOf((sink) => sink.transfer({ ...transfer('ended', -1, '', 6), ...missing }));
  assert.deepEqual([line!['sha256'], line!['missing'], line!['missingBytes']], [null, missing.missing, 3]);
});

test('only the facts and protocols asked for are told', () => {
  const hear = (sink: FactLines): void => {
    sink.operation(emptyOperation());
    sink.trait({ fact: 'trait', timeUs: 0, frame: 1, host: 1, trait: 'address-binding', value: 'x' });
  };
  const facts = (filter: FactFilter): unknown[] => linesOf(hear, filter).map((line) => line['fact']);
  assert.deepEqual(facts(EVERYTHING), ['operation', 'trait']);
  assert.deepEqual(facts({ facts: new Set(['trait']), protocols: null }), ['trait']);
  assert.deepEqual(facts({ facts: new Set(FACT_NAMES), protocols: new Set(['modbus']) }), ['operation']);
  assert.deepEqual(facts({ facts: new Set(FACT_NAMES), protocols: new Set(['dnp3']) }), []);
});
