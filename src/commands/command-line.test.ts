import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError, parseCommandLine } from './command-line.ts';
import type { Command } from './command-line.ts';
import { didYouMean, editDistance } from './did-you-mean.ts';

const command: Command = {
  name: 'try',
  usage: 'FILE [options]',
  summary: 'try',
  options: [
    { name: 'json', text: '' },
    { name: 'fail-on', value: 'SEVERITY', choices: ['low', 'high'], text: '' },
    { name: 'evidence', value: 'DIR', text: '' },
  ],
  operandsMax: 2,
  notes: [],
  run: () => Promise.resolve(0),
};

function refusal(...words: string[]): string {
  try {
    parseCommandLine(command, words);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  return assert.fail(`${words.join(' ')} was accepted`);
}

test('options stand before, between and behind the files, with a space or an equals sign', () => {
  const line = parseCommandLine(command, ['--json', 'a.pcap', '--fail-on', 'high', '-', '--evidence=out=1']);
  assert.deepEqual(line.operands, ['a.pcap', '-']);
  assert.deepEqual([...line.options], [['json', ''], ['fail-on', 'high'], ['evidence', 'out=1']]); // prettier-ignore
});

test('what follows two dashes is a file, whatever it looks like', () => {
  assert.deepEqual(parseCommandLine(command, ['--', '--json', '-x']).operands, ['--json', '-x']);
});

test('-h and --help ask for help', () => {
  assert.ok(parseCommandLine(command, ['-h']).options.has('help'));
  assert.ok(parseCommandLine(command, ['--help']).options.has('help'));
});

test('an option that is misspelled is refused with the right one', () => {
  assert.match(refusal('--jsno'), /^unknown option --jsno of try \(did you mean --json\?\); see '1sec help try'$/);
  assert.match(refusal('--fail'), /did you mean --fail-on\?/);
  assert.doesNotMatch(refusal('--zzz'), /did you mean/);
  assert.match(refusal('-x'), /unknown option -x/);
});

test('a value that is missing, wrong or too much is refused', () => {
  assert.match(refusal('--fail-on'), /needs a value: low, high/);
  assert.match(refusal('--fail-on', '--json'), /needs a value/);
  assert.match(refusal('--evidence='), /needs a value: DIR/);
  assert.match(refusal('--fail-on', 'hgih'), /cannot be 'hgih'; it is one of low, high \(did you mean high\?\)/);
  assert.match(refusal('--json=yes'), /takes no value/);
  assert.match(refusal('--fail-on', 'low', '--fail-on', 'high'), /given twice/);
});

test('one file too many is named', () => {
  assert.match(refusal('a', 'b', 'c'), /^'c' is one word too many for try/);
});

test('the distance of two words counts swaps as one', () => {
  assert.equal(editDistance('json', 'jsno'), 1);
  assert.equal(editDistance('analyze', 'analyse'), 1);
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(didYouMean('analyse', ['analyze', 'facts']), ' (did you mean analyze?)');
  assert.equal(didYouMean('x', ['analyze', 'facts']), '');
});
