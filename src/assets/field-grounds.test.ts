import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssetEvidence } from '../facts/asset.ts';
import type { ClaimAttribute } from '../facts/facts.ts';
import { byWeight } from './asset-fields.ts';
import { fieldGrounds, saysTheSame } from './field-grounds.ts';

function claim(attribute: ClaimAttribute, value: string, source: string, trust: number): AssetEvidence {
  return { attribute, value, source, trust, timeUs: 1, frame: 0 };
}

const groundsOf = (...claims: AssetEvidence[]): ReturnType<typeof fieldGrounds> => fieldGrounds(claims.sort(byWeight));

test('a field names the claim that won, what says the same and what says otherwise', () => {
  const grounds = groundsOf(
    claim('vendor', 'SIEMENS AG', 'mac prefix', 0.4),
    claim('vendor', 'Siemens', 's7comm SZL', 0.9),
    claim('vendor', 'Rockwell Automation', 'http server', 0.5),
  );
  assert.deepEqual(grounds, [
    {
      field: 'vendor',
      value: 'Siemens',
      source: 's7comm SZL',
      trust: 0.9,
      // 0.94 for it and 0.5 against it: 0.94 × 0.5 of (0.94 × 0.5 + 0.06 × 0.5 + 0.06 × 0.5).
      sure: 0.89,
      agrees: [{ value: 'SIEMENS AG', source: 'mac prefix', trust: 0.4, timeUs: 1 }],
      disagrees: [{ value: 'Rockwell Automation', source: 'http server', trust: 0.5, timeUs: 1 }],
    },
  ]);
});

test('one claim alone is as sure as its source, and the same source twice counts once', () => {
  assert.equal(groundsOf(claim('serial', 'A1', 'cip identity', 0.9))[0]!.sure, 0.9);
  const twice = [claim('vendor', 'Dell', 'mac prefix', 0.4), claim('vendor', 'Dell Inc.', 'mac prefix', 0.4)];
  assert.equal(groundsOf(...twice)[0]!.sure, 0.4);
});

test('two sources trusted alike that contradict each other leave either less than half sure', () => {
  const [firmware] = groundsOf(claim('firmware', '2.1', 'a', 0.9), claim('firmware', '2.2', 'b', 0.9));
  assert.equal(firmware!.sure, 0.47);
  assert.equal(firmware!.disagrees.length, 1);
});

test('what is declared is sure, and two declarations that differ are even', () => {
  assert.equal(
    groundsOf(claim('role', 'hmi', 'declared', 1), claim('role', 'controller', 'behaviour', 0.5))[0]!.sure,
    1,
  );
  assert.equal(groundsOf(claim('role', 'hmi', 'declared', 1), claim('role', 'plc', 'other', 1))[0]!.sure, 0.5);
});

test('a second name contradicts nothing, and the order number stands in for a model that nobody tells', () => {
  const grounds = groundsOf(
    claim('name', 'pump.local', 'mdns A', 0.9),
    claim('name', 'iot-4711', 'dhcp 12', 0.9),
    claim('name', 'PUMP', 'netbios', 0.5),
    claim('product-code', '6ES7 315-2AG10-0AB0', 's7comm SZL', 0.9),
  );
  assert.deepEqual(
    grounds.map(({ field, value, agrees, disagrees }) => [field, value, agrees.length, disagrees.length]),
    [
      ['model', '6ES7 315-2AG10-0AB0', 0, 0],
      ['name', 'iot-4711', 0, 0],
    ],
  );
});

test('values agree by what they mean, not by how they are written', () => {
  const same: readonly [ClaimAttribute, string, string][] = [
    ['vendor', 'Siemens', 'SIEMENS AG'],
    ['vendor', 'TP-Link', 'TP-LINK TECHNOLOGIES CO.,LTD.'],
    ['vendor', 'Automated Logic', 'AutomatedLogic Corporation'],
    ['model', 'BMX P34 2020', 'BMX P34 2020 V2'],
    ['firmware', 'V3.02', '3.2'],
    ['name', 'Pump.local', 'pump'],
    ['serial', 'ab12', 'AB12'],
  ];
  for (const [attribute, left, right] of same) assert.ok(saysTheSame(attribute, left, right), `${left} ${right}`);
  const other: readonly [ClaimAttribute, string, string][] = [
    ['vendor', 'Belkin', 'Edimax Technology Co. Ltd.'],
    ['vendor', 'Delta Electronics', 'Fitbit'],
    ['vendor', '', 'Siemens'],
    ['firmware', '3.2', '3.20'],
    ['model', '750-8212', '750-8202'],
    ['serial', '12', '123'],
    ['name', '10.0.0.1', '10.0.0.2'],
  ];
  for (const [attribute, left, right] of other) assert.ok(!saysTheSame(attribute, left, right), `${left} ${right}`);
});
