// `1sec credentials` as a person runs it: the list, one triple, and lists of other shapes.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderWith, oneLine, run1sec } from './child-program.ts';
import { importedList } from './credential-import.ts';
import { ExitCode } from './exit-codes.ts';
import { attackedPlant, pcapOf } from './plant-capture.ts';

const folder = folderWith({
  'pairs.txt': Buffer.from('root:xc3511\n192.0.2.9:operator:a:b\nroot:xc3511\nno colon here\n# made by hand\nuser:\n'),
  'own.tsv': Buffer.from(
    '# mine\nAcme\tPump\t\tpump\tblue42\tdefault\tmanual\n\t\t\t\tsummer-of-26\tgeneric\told list\n',
  ),
  'site.tsv': Buffer.from('\t\t\toperator\tTr0ut-Lantern-58\tdefault\tof the integrator\n'),
  'broken.tsv': Buffer.from('Acme\tPump\t\tpump\tblue42\n'),
  'plant.pcap': pcapOf(attackedPlant()),
});
const own = (words: readonly string[]): ReturnType<typeof run1sec> => run1sec(words, { directory: folder });

test('the list fits the terminal and names rows as alerts do', () => {
  const { output, code } = run1sec(['credentials', 'list', '--vendor', 'wago', '--user', 'su'], {
    environment: { COLUMNS: '60' },
  });
  assert.equal(code, ExitCode.ok);
  const [heading = '', row = ''] = output.split('\n');
  assert.match(heading, /^ *row +vendor/);
  const line = Number(/^ *(\d+)/.exec(row)![1]);
  const table = readFileSync(new URL('../../knowledge/credentials/table.tsv', import.meta.url), 'utf8').split('\n');
  assert.match(table[line - 1]!, /^WAGO\t.*\tsu\t/);
  assert.ok(output.split('\n').every((text) => text.length <= 60));
});

test('the list can be narrowed by protocol, and a protocol that is none is told', () => {
  const listed = JSON.parse(run1sec(['credentials', 'list', '--protocol', 'snmp', '--json']).output) as {
    credentials: { protocols: string[] }[];
  };
  assert.ok(listed.credentials.length > 10);
  assert.ok(listed.credentials.every(({ protocols }) => protocols.length === 0 || protocols.includes('snmp')));
  assert.match(
    oneLine(run1sec(['credentials', 'list', '--protocol', 'snmpp'])),
    /'snmpp' is no protocol \(did you mean/,
  );
});

test('one triple is called what the module would call it, and its password is not printed', () => {
  const verdict = (words: readonly string[], input = ''): string =>
    run1sec(['credentials', 'test', ...words], { input: Buffer.from(input) }).output;
  assert.match(verdict(['WAGO', 'admin', 'wago']), /^default: it is the one that WAGO ships/);
  assert.match(verdict(['-', 'fwupgrade', '-'], '23m!sd$\n'), /^built-in: /);
  assert.match(verdict(['-', '', 'public', '--protocol', 'snmp']), /^weak: /);
  assert.match(verdict(['-', 'bob', 'bob']), /^weak: the password is the user/);
  assert.match(verdict(['-', 'bob', 'correct horse']), /^other: /);
  assert.doesNotMatch(verdict(['-', 'fwupgrade', '23m!sd$']), /23m!sd/);
  assert.equal(run1sec(['credentials', 'test', 'WAGO', 'admin']).code, ExitCode.usage);
});

test('a colon list is taken with and without addresses, and what became of each line is told', () => {
  const { output, code } = own(['credentials', 'import', 'pairs.txt', '--to', 'taken.tsv']);
  assert.equal(code, ExitCode.ok);
  assert.match(output, /^3 rows taken into taken\.tsv \(read as colon\)\.$/m);
  assert.match(output, /1 line doubled: line 3\./);
  assert.match(output, /1 line left out, it has no colon: line 4\./);
  const written = readFileSync(join(folder, 'taken.tsv'), 'utf8');
  assert.match(written, /^\t\t\toperator\ta:b\tgeneric\tpairs\.txt line 2$/m);
  assert.match(written, /^\t\t\tuser\t\tgeneric\t/m);
  if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'taken.tsv')).mode & 0o777, 0o600);
  assert.equal(own(['credentials', 'list', '--credentials', 'taken.tsv']).code, ExitCode.ok);
});

test('each shape of list is recognised', () => {
  const pairs = (text: string): string[] =>
    importedList(text, 'list').rows.map(({ vendor, user, password, kind }) => `${vendor}|${user}|${password}|${kind}`);
  assert.deepEqual(pairs('Vendor,Username,Password,Comments\nAcme,admin,"a,""b",x\nAcme,<BLANK>,1234,\n'), [
    'Acme|admin|a,"b|default',
    'Acme||1234|default',
  ]);
  assert.deepEqual(pairs('admin,pass word\r\nroot,toor\r\n'), ['|admin|pass word|generic', '|root|toor|generic']);
  assert.deepEqual(pairs('root;a;b\nguest;\n'), ['|root|a;b|generic', '|guest||generic']);
  assert.deepEqual(pairs('#!comment: a list\npassword\n#1234\nq:w,e\n'), [
    '||password|generic',
    '||#1234|generic',
    '||q:w,e|generic',
  ]);
  assert.deepEqual(pairs('user\tpassword\nop\tblue\n'), ['|op|blue|generic']);
  assert.deepEqual(pairs('[2001:db8::1]:op:blue\n'), ['|op|blue|generic']);
});

test('a list of devices whose column holds pairs, below lines that explain, is taken apart', () => {
  const list = importedList(
    [
      '#A list of defaults,,,',
      ',,,',
      'Vendor,Device,Default password,Port,Device type,Protocol,Source',
      'Acme,Pump 8,"admin:private, user: public",80/tcp,Router,http,manual.pdf',
      'Acme,Meter,0,,Meter,,manual.pdf',
      'Acme,Valve,"for ftp: , root",,Valve,,manual.pdf',
      'Acme,Gate,admin:<blank>,,Gate,"ftp, http",manual.pdf',
    ].join('\n'),
    'list',
  );
  assert.deepEqual(
    list.rows.map(({ product, protocols, user, password }) => `${product}|${protocols.join()}|${user}|${password}`),
    ['Pump 8|http|admin|private', 'Pump 8|http|user|public', 'Meter|||0', 'Gate|ftp,http|admin|'],
  );
  assert.deepEqual(list.leftOut, [{ line: 6, reason: 'it does not say which user has which password' }]);
});

test('what hydra has found is taken with its service', () => {
  const { form, rows, leftOut } = importedList(
    [
      '# Hydra v9.5 run at 2026-01-01 on 192.0.2.9 ssh (hydra -L u -P p ssh://192.0.2.9)',
      '[22][ssh] host: 192.0.2.9   login: root   password: xc3511',
      '[80][http-get] host: 192.0.2.9   misc: /admin   login: admin   password: a b',
      '[161][snmp] host: 192.0.2.9   password: plant',
      '[389][ldap3] host: 192.0.2.9   login: root',
      'nothing else',
    ].join('\n'),
    'list',
  );
  assert.equal(form, 'hydra');
  assert.deepEqual(
    rows.map(({ protocols, user, password, kind }) => `${protocols.join()}|${user}|${password}|${kind}`),
    ['ssh|root|xc3511|generic', 'http|admin|a b|generic', 'snmp||plant|generic', 'ldap|root||generic'],
  );
  assert.deepEqual(leftOut, [{ line: 6, reason: 'it is no credential that was found' }]);
});

test('seven columns without a heading are taken only where they are those of the project', () => {
  const text = 'Acme\tPump\thttp\top\tblue\tdefault\tmanual\nAcme\tPump\tx\t80\tRouter\thttp\tmanual';
  const { rows, leftOut } = importedList(text, 'list');
  assert.deepEqual([rows.length, rows[0]?.user], [1, 'op']);
  assert.deepEqual(
    leftOut.map(({ line }) => line),
    [2],
  );
});

test('lines that give no credential are left out with their reason', () => {
  const list = importedList(
    `vendor,user,password\nAcme,a,<serial number>\nAcme,"a\nAcme,,\nAcme,a,${'x'.repeat(300)}\n`,
    'x',
  );
  assert.deepEqual(
    list.leftOut.map(({ line, reason }) => `${line} ${reason}`),
    [
      '2 the password is a description',
      '3 a quote in it is not closed',
      '4 neither user nor password',
      '5 longer than 256 characters',
    ],
  );
});

test('an alert names the row of one’s own list, and says no secret', () => {
  const sample = fileURLToPath(new URL('../../samples/logins/http-digest-md5.pcap', import.meta.url));
  const alerts = (words: readonly string[]): string =>
    JSON.stringify((JSON.parse(own(['analyze', '--json', sample, ...words]).output) as { alerts: unknown[] }).alerts);
  assert.doesNotMatch(alerts([]), /site\.tsv/);
  const found = alerts(['--credentials', 'site.tsv']);
  assert.match(found, /it stands on a list of yours as a default \(site\.tsv row 1\).*it was accepted/);
  assert.doesNotMatch(found, /Lantern/);
});

test('a list of one’s own is used beside the shipped one, and a broken one is one clear line', () => {
  const verdict = (words: readonly string[]): string =>
    own(['credentials', 'test', ...words, '--credentials', 'own.tsv']).output;
  assert.match(
    verdict(['Acme', 'pump', 'blue42']),
    /^default: it is the one that Acme ships with Pump \(own\.tsv row 2\)/,
  );
  assert.match(verdict(['-', 'anybody', 'summer-of-26']), /^weak: it stands on a list of yours \(own\.tsv row 3\)/);
  assert.equal(own(['analyze', '--quiet', '--credentials', 'own.tsv', 'plant.pcap']).code, ExitCode.ok);
  const broken = own(['analyze', '--credentials', 'broken.tsv', 'plant.pcap']);
  assert.match(oneLine(broken), /broken\.tsv:1: it has 5 of the 7 columns .*credentials import/);
  assert.equal(broken.code, ExitCode.usage);
  assert.match(oneLine(own(['watch', '-', '--credentials', 'missing.tsv'])), /no such file: missing\.tsv/);
  assert.match(oneLine(own(['credentials', 'lst'])), /did you mean list/);
  assert.match(oneLine(own(['credentials', 'list', '--to', 'x'])), /--to does not belong to credentials list/);
});

test('a site knows of each device how it is guarded, with the frame that shows it', () => {
  const sample = fileURLToPath(new URL('../../samples/logins/ftp.pcap', import.meta.url));
  own(['analyze', '--quiet', '--save', 'guarded.db', sample]);
  const { assets } = JSON.parse(own(['assets', '--db', 'guarded.db', '--json']).output) as {
    assets: { hardening: string | null; evidence: { attribute: string; source: string; frame: { frame: number } }[] }[];
  };
  assert.deepEqual(
    assets.map(({ hardening }) => hardening),
    [null, 'default credential'],
  );
  const shown = assets[1]!.evidence.find(({ attribute }) => attribute === 'hardening')!;
  assert.match(shown.source, /^ftp login/);
  assert.ok(shown.frame.frame > 0);
  assert.match(own(['assets', '--db', 'guarded.db']).output, /login .*\n.*\n192\.0\.2\.2 .*default credential/);
});
