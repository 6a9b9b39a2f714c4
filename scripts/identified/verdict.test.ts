import assert from 'node:assert/strict';
import test from 'node:test';
import { judge } from './verdict.ts';

const KNOWN = ['modbus', 'iec104'];

function verdict(ours: readonly string[], theirs: readonly string[]): string {
  const { verdict: word, protocol } = judge(new Set(ours), new Set(theirs), KNOWN);
  return `${word} ${protocol}`.trim();
}

test('the same protocol by another name is right, whatever else a flow holds', () => {
  assert.equal(verdict(['modbus'], ['mbtcp', 'modbus']), 'right modbus');
  assert.equal(verdict(['iec104'], ['data', 'iec60870_104']), 'right iec104');
  assert.equal(verdict(['modbus', 'iec104'], ['iec60870_104']), 'right iec104');
});

test('another application is wrong, a carrier or nothing is only ours', () => {
  assert.equal(verdict(['modbus'], ['http']), 'wrong modbus');
  assert.equal(verdict(['modbus'], ['data', '_ws.malformed']), 'only-ours modbus');
  assert.equal(verdict(['modbus'], []), 'only-ours modbus');
});

test('what we could have said and did not is missed, the rest is none of ours', () => {
  assert.equal(verdict([], ['mbtcp']), 'missed modbus');
  assert.equal(verdict([], ['http']), 'neither');
  assert.equal(verdict([], []), 'neither');
});
