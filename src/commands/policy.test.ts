// `1sec policy` from end to end: what was inferred allows what it was inferred from, and nothing else.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { folderWith, oneLine, run1sec } from './child-program.ts';
import { ExitCode } from './exit-codes.ts';
import { policyOf } from './policy-file.ts';

const folder = folderWith({});
const QUIET = resolve('samples/plant-quiet.pcapng');
const ATTACKED = resolve('samples/plant.pcapng');
const run = (...words: string[]): ReturnType<typeof run1sec> => run1sec(['policy', ...words], { directory: folder });

for (const capture of [QUIET, ATTACKED]) {
  assert.equal(run('infer', capture, '-o', `${capture === QUIET ? 'quiet' : 'attacked'}.yaml`).code, ExitCode.ok);
}

test('a capture violates nothing of the policy that was inferred from it', () => {
  assert.equal(run('check', 'quiet.yaml', QUIET).code, ExitCode.ok);
  assert.equal(run('check', 'attacked.yaml', ATTACKED).code, ExitCode.ok);
});

test('who was not there when the policy was inferred violates it, and nobody else does', () => {
  const { code, output } = run('check', 'quiet.yaml', ATTACKED);
  assert.equal(code, ExitCode.alerts);
  const told = output.split('\n').filter((line) => line.includes('conduit-keeper/'));
  assert.ok(told.length > 0);
  for (const line of told) assert.match(line, /conduit-violated 192\.168\.60\.199/);
});

test('zones that 1sec.yaml declares are in the policy as they are, and a capture violates nothing of it', () => {
  // The HMI is known by its role alone, which is found out after it spoke; a subnet that is inferred holds its address.
  const text = [
    'version: 1',
    'zones:',
    '  - { name: panels, level: 2, roles: [hmi, scada-server, engineering-station] }',
    '  - { name: cell, level: 1, addresses: [192.168.60.11, 192.168.60.12/31], roles: [controller] }',
    '  - { name: yard, segments: [vlan 7] }',
  ];
  writeFileSync(join(folder, '1sec.yaml'), `${text.join('\n')}\n`);
  assert.equal(run('infer', ATTACKED, '--config', '1sec.yaml', '-o', 'declared.yaml').code, ExitCode.ok);
  const { zones, conduits } = policyOf(join(folder, 'declared.yaml'));
  const [panels, cell, yard, ...inferred] = zones;
  assert.deepEqual([panels!.level, panels!.roles], [2, ['hmi', 'scada-server', 'engineering-station']]);
  assert.ok(panels!.addresses.includes('192.168.60.50'), panels!.addresses.join());
  assert.deepEqual(cell!.addresses.slice(0, 2), ['192.168.60.11', '192.168.60.12/31']);
  assert.deepEqual([yard!.segments, yard!.addresses], [['vlan 7'], []]);
  assert.ok(inferred.length > 0 && inferred.every(({ segment }) => segment === 'default'), JSON.stringify(inferred));
  assert.ok(conduits.some(({ from, to, protocol }) => from === 'panels' && to === 'cell' && protocol === 'modbus'));
  const { code, output } = run('check', 'declared.yaml', ATTACKED);
  assert.equal(code, ExitCode.ok, output);
});

test('where the policy has other zones than 1sec.yaml, that is told in one line and the policy holds', () => {
  const text = 'version: 1\nzones:\n  - { name: mill, addresses: [192.168.60.11] }\n  - { name: yard, roles: [hmi] }\n';
  writeFileSync(join(folder, 'other.yaml'), text);
  const told = oneLine(run('check', 'quiet.yaml', QUIET, '--config', 'other.yaml'));
  assert.match(
    told,
    /^1sec: the zones of quiet\.yaml hold, not those of other\.yaml, where they differ: "mill" is no zone of/,
  );
  assert.equal(run('check', 'declared.yaml', ATTACKED, '--config', '1sec.yaml').error, '');
  const words = ['check', 'other.yaml', '--policy', 'quiet.yaml'];
  const checked = run1sec(['config', ...words], { directory: folder });
  assert.equal(checked.code, ExitCode.ok);
  assert.equal(oneLine(checked), told);
  const analysed = run1sec(['analyze', QUIET, '--quiet', '--config', 'other.yaml', '--policy', 'quiet.yaml'], {
    directory: folder,
  });
  assert.equal(oneLine(analysed), told);
  assert.doesNotMatch(analysed.output, /conduit-keeper/);
});

test('what may pass between two devices is explained', () => {
  assert.match(
    run('explain', 'quiet.yaml', '192.168.60.50', '192.168.60.11').output,
    /modbus: read-write, on tcp\/502/,
  );
});

test('a mistake in a policy is told with its line, and ends with 2', () => {
  writeFileSync(join(folder, 'bad.yaml'), 'version: 1\nzones:\n  - name: a\n    adresses: [192.0.2.1]\n');
  const { code, error } = run('explain', 'bad.yaml', '192.0.2.1', '192.0.2.2');
  assert.equal(code, ExitCode.usage);
  assert.match(error, /bad\.yaml:4:5: unknown key 'adresses' in .*did you mean addresses/);
});
