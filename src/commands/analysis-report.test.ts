import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { quietLine } from './alert-text.ts';
import { analysisReport, verdictText } from './analysis-report.ts';
import type { Coverage } from './analysis-report.ts';
import { exampleAlert, exampleAnalysis, exampleAsset, exampleParty } from './example-analysis.ts';
import { displayWidth } from './terminal.ts';

const COVERAGE: Coverage = { modules: 2, modulesPlanned: 16, protocols: ['Modbus'] };
const PLAIN = { width: 100, hasColor: false };
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

test('the headline counts the alerts, the devices and names the worst', () => {
  const result = exampleAnalysis({
    alerts: [
      exampleAlert('high', { title: 'B' }),
      exampleAlert('critical', { title: 'A' }),
      exampleAlert('critical', { title: 'A', subject: exampleParty('192.0.2.11') }),
      exampleAlert('low', { title: 'C' }),
    ],
  });
  assert.equal(verdictText(result, COVERAGE), '2 critical and 1 high alert on 2 devices, all from 192.0.2.66: A; B.');
});

test('the headline names nobody where several did it, or nobody', () => {
  const several = [exampleAlert('high', { title: 'A' }), exampleAlert('high', { title: 'B', peer: null })];
  assert.equal(verdictText(exampleAnalysis({ alerts: several }), COVERAGE), '2 high alerts on 1 device: A; B.');
  const one = [exampleAlert('high', { title: 'A', peer: null })];
  assert.equal(verdictText(exampleAnalysis({ alerts: one }), COVERAGE), '1 high alert on 1 device: A.');
});

test('without grave alerts the headline says so and no more', () => {
  assert.equal(verdictText(exampleAnalysis({ alerts: [] }), COVERAGE), 'Nothing dangerous was seen.');
  const low = exampleAnalysis({ alerts: [exampleAlert('low')] });
  assert.equal(verdictText(low, COVERAGE), 'Nothing dangerous was seen; 1 low alert to know about.');
});

test('a capture in which nothing could be judged is not called safe', () => {
  const unread = exampleAnalysis({ alerts: [], protocols: [] });
  assert.match(verdictText(unread, COVERAGE), /^No conversation in a protocol that this version reads was seen/);
  const empty = exampleAnalysis({ alerts: [], stats: { ...exampleAnalysis().stats, frames: 0 } });
  assert.match(verdictText(empty, COVERAGE), /nothing to judge/);
});

test('the report says how many modules looked, and how much of the traffic they could understand', () => {
  const said = (packets: number): string => {
    const services = [
      { name: 'modbus', count: 1, packets, bytes: 1 },
      { name: 'tcp/102', count: 1, packets: 1000 - packets, bytes: 1 },
    ];
    return analysisReport(exampleAnalysis({ conversationsByService: services }), PLAIN, COVERAGE).replaceAll('\n', ' ');
  };
  assert.match(
    said(270),
    /2 of 16 security modules exist and looked; 1 protocol is understood so far, .* \(27 % of the packets here\)/s,
  );
  assert.match(said(1), /\(less than 1 % of the packets here\)/);
  assert.match(said(999), /\(more than 99 % of the packets here\)/);
  assert.match(said(0), /\(0 % of the packets here\)/);
});

test('each alert shows who, whom, when, how often, why, what to do, technique and frames; the worst comes first', () => {
  const report = analysisReport(exampleAnalysis(), PLAIN, COVERAGE);
  assert.ok(report.indexOf('Example of critical') < report.indexOf('LOW'));
  const alert = report.slice(report.indexOf('LOW'));
  assert.match(alert, /who {7}192\.0\.2\.66 port 50123/);
  assert.match(alert, /to whom {3}192\.0\.2\.10 unit 1/);
  assert.match(alert, /when {6}2026-01-01 00:00:01 to 00:01:01 UTC \(1 min\), 3 times/);
  assert.match(alert, /what {6}It happened here/);
  assert.match(alert, /to do {5}Look at it\./);
  assert.match(alert, /technique T0858 Change Operating Mode, T9999/);
  assert.match(alert, /frames {4}plant\.pcap 3-5, 9, and 7 more/);
  assert.match(alert, /alert {5}command-sentinel\/example id-low/);
});

test('strings from the wire cannot steer the terminal', () => {
  const result = exampleAnalysis();
  assert.doesNotMatch(analysisReport(result, PLAIN, COVERAGE), CONTROL);
  for (const alert of result.alerts) assert.doesNotMatch(quietLine(alert), /[\n\u0000-\u001f\u202e]/);
  assert.match(analysisReport(result, PLAIN, COVERAGE), /\\x1b\]0;owned\\x07\\u202egnp\.exe/);
});

test('colour changes nothing but colour', () => {
  const colored = analysisReport(exampleAnalysis(), { width: 100, hasColor: true }, COVERAGE);
  assert.match(colored, /\u001b\[/);
  assert.equal(stripVTControlCharacters(colored), analysisReport(exampleAnalysis(), PLAIN, COVERAGE));
});

test('the report fits every width', () => {
  const many = exampleAnalysis({
    assets: [
      exampleAsset('2001:db8:85a3:1111:2222:8a2e:370:7334'),
      exampleAsset('192.0.2.1'),
      ...exampleAnalysis().assets,
    ],
  });
  for (const width of [40, 50, 60, 72, 80, 100, 132, 200]) {
    const report = analysisReport(many, { width, hasColor: false }, COVERAGE);
    for (const line of report.split('\n')) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
  }
});

test('where there are too many devices, those with alerts and roles are shown', () => {
  const plain = { role: null, level: null, protocols: [] };
  const assets = Array.from({ length: 500 }, (_, index) => exampleAsset(`10.0.${index >> 8}.${index & 255}`, plain));
  assets[400] = exampleAsset('10.9.9.1', { role: 'gateway' });
  assets[499] = exampleAsset('10.9.9.2', { ...plain, id: exampleAlert('high').subject.asset });
  const report = analysisReport(exampleAnalysis({ assets }), PLAIN, COVERAGE);
  assert.match(report, /10\.9\.9\.1 +Pump 7 +gateway[^]*10\.9\.9\.2/);
  assert.match(report, /and 400 more/);
});

test('thousands of devices and alerts do not flood the terminal, and the report says what it left out', () => {
  const result = exampleAnalysis({
    assets: Array.from({ length: 5000 }, (_, index) => exampleAsset(`10.0.${index >> 8}.${index & 255}`)),
    alerts: Array.from({ length: 500 }, () => exampleAlert('medium')),
  });
  const report = analysisReport(result, PLAIN, COVERAGE);
  assert.ok(report.split('\n').length < 1500);
  assert.match(report, /and 4,900 more: --json lists all/);
  assert.match(report, /and 400 more: --quiet lists one a line/);
});
