// What makes credential-auditor speak and what does not, and what the table of credentials has to keep to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { HostDirectory, Login } from '../../facts/facts.ts';
import { REHEARSAL_HOSTS, Rehearsal } from '../rehearsal.ts';
import { Candidates } from './candidates.ts';
import { FIRES, QUIET, challenge, clear } from './cases.ts';
import { credentialAuditor } from './index.ts';
import { credentialTable, parseCredentials } from './table.ts';

const TABLE = new URL('../../../knowledge/credentials/table.tsv', import.meta.url);

/** Host 8 is somewhere in the Internet. */
const HOSTS: HostDirectory = {
  ...REHEARSAL_HOSTS,
  address: (host) => (host === 8 ? '8.8.8.8' : REHEARSAL_HOSTS.address(host)),
  mac: (host) => (host === 8 ? '' : REHEARSAL_HOSTS.mac(host)),
};

describe('fires', () => {
  for (const { kind, what, play, says, severity } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(credentialAuditor, undefined, undefined, undefined, { hosts: HOSTS });
      play(rehearsal);
      const raised = rehearsal.raised.find((each) => each.kind === kind);
      assert.ok(raised, rehearsal.kinds().join());
      assert.match(raised.explanation, says!);
      if (severity !== undefined) assert.equal(raised.severity, severity);
      assert.ok(raised.frames.length > 0);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(credentialAuditor);
      play(rehearsal);
      rehearsal.handlers.end?.(2);
      assert.deepEqual(rehearsal.kinds(), []);
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of credentialAuditor.meta.kinds) {
    for (const list of [FIRES, QUIET])
      assert.ok(
        list.some((entry) => entry.kind === kind),
        kind,
      );
  }
});

test('no alert says the user or the password', () => {
  const rehearsal = new Rehearsal(credentialAuditor);
  const secrets = ['wago', 'S3cret-Sauce', 'admin', '23m!sd$'];
  for (const secret of secrets)
    for (const outcome of ['accepted', 'refused', 'unknown'] as const)
      rehearsal.login(clear(secret, { user: 'fwupgrade', outcome }));
  assert.ok(rehearsal.raised.length > 4);
  for (const { explanation, object } of rehearsal.raised) {
    for (const word of [...secrets, 'fwupgrade'])
      assert.equal(`${explanation} ${object}`.includes(word), false, explanation);
  }
});

test('a device is said to be guarded as its worst login is', () => {
  const rehearsal = new Rehearsal(credentialAuditor);
  rehearsal.login({ mechanism: 'ssh-password', protocol: 'ssh', user: '', outcome: 'accepted' });
  rehearsal.login(clear('correct horse battery'));
  rehearsal.login(clear('operator7'));
  rehearsal.login(clear('operator7'));
  const states = rehearsal.claimed.filter(({ attribute }) => attribute === 'hardening');
  assert.deepEqual(
    [...states].sort((a, b) => b.trust - a.trust).map(({ value }) => value),
    ['weak credential', 'other credential', 'login not testable'],
  );
});

test('the same login a thousand times is tested once, a thousand responses three times', () => {
  const rehearsal = new Rehearsal(credentialAuditor);
  let tests = 0;
  const count = (candidate: string): boolean => {
    tests++;
    return candidate === 'never';
  };
  for (let index = 0; index < 1000; index++) rehearsal.login(clear('x', { test: count }));
  const once = tests;
  assert.ok(once > 10 && once < 2000);
  for (let index = 0; index < 1000; index++) rehearsal.login(challenge('x', { test: count }));
  rehearsal.handlers.end?.(1);
  assert.ok(tests <= once * 4);
});

describe('the table', () => {
  test('every line is a row of seven cells, none is twice, and every row has a source', () => {
    const lines = readFileSync(TABLE, 'utf8').trimEnd().split('\n').slice(1);
    assert.equal(credentialTable().length, lines.length);
    const seen = new Set<string>();
    for (const line of lines) {
      const cells = line.split('\t');
      assert.equal(cells.length, 7, line);
      assert.notEqual(cells[6], '', line);
      const key = cells.slice(0, 5).join('\t');
      assert.equal(seen.has(key), false, line);
      seen.add(key);
      assert.equal(cells[5] === 'generic', cells[0] === '', line);
    }
    assert.ok(lines.length > 800);
  });

  test('no cell is a placeholder or a description, or has blanks around it, and each maker is written one way', () => {
    const placeholder = /^[<([].*[>)\]]$|\b(none|blank|n\/a|unknown|serial number|mac address|set dial|or blank)\b/i;
    const spellings = new Map<string, string>();
    for (const { line, vendor, product, protocols, user, password } of credentialTable()) {
      for (const cell of [vendor, product, user, password]) {
        assert.equal(cell, cell.trim(), `line ${line}`);
        assert.doesNotMatch(cell, placeholder, `line ${line}`);
      }
      assert.doesNotMatch(user, /\b(level|menu|reset|password)\b|^\*$/i, `line ${line}`);
      assert.doesNotMatch(vendor, /\(|\bIP.?cam|\bprinter\b/i, `line ${line}`);
      assert.equal(new Set(protocols).size, protocols.length, `line ${line}`);
      const letters = vendor.toLowerCase().replace(/[^a-z0-9]/g, '');
      assert.equal(spellings.get(letters) ?? vendor, vendor, `line ${line}`);
      spellings.set(letters, vendor);
    }
  });

  test('the counts in knowledge/README.md are those of the table', () => {
    const page = readFileSync(new URL('../../../knowledge/README.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');
    const rows = credentialTable();
    const of = (kind: string): number => rows.filter((row) => row.kind === kind).length;
    const makers = new Set(rows.map(({ vendor }) => vendor)).size - 1;
    const open = rows.filter(({ source }) => /not looked up|not checked/.test(source)).length;
    const kinds = `${of('default')} defaults, ${of('built-in')} built in, ${of('generic')} tried everywhere`;
    assert.ok(page.includes(`${rows.length} rows of ${makers} makers: ${kinds}; ${open} of them say`), kinds);
  });

  test('a pair that many makers ship is weak, not a default', () => {
    const candidates = new Candidates(credentialTable());
    const login = { user: 'admin', protocol: 'http', mechanism: 'http-basic' } as Login;
    const unknown = { vendor: '', model: '' };
    assert.equal(candidates.meaning('admin', login, unknown).kind, 'weak');
    const moxa = { ...login, protocol: 'telnet' };
    assert.equal(candidates.meaning('moxa', moxa, { ...unknown, vendor: 'Moxa' }).kind, 'default');
  });

  test('a pair that one maker ships is a default where the maker is known or nobody knows him, and no other’s', () => {
    const candidates = new Candidates(credentialTable());
    const moxa = { user: 'admin', protocol: 'telnet', mechanism: 'clear' };
    const of = (vendor: string): string => candidates.meaning('moxa', moxa, { vendor, model: '' }).kind;
    assert.deepEqual([of('Moxa'), of(''), of('Acme Motors')], ['default', 'default', 'weak']);
  });

  test('a maker is known by all words of its name, and an account without its domain', () => {
    const candidates = new Candidates(credentialTable());
    const of = (user: string, password: string, vendor: string): string =>
      candidates.meaning(password, { user, protocol: 'http', mechanism: 'clear' }, { vendor, model: '' }).kind;
    const [row] = credentialTable().filter(({ vendor }) => vendor === 'General Electric');
    assert.ok(row);
    assert.equal(of(row.user, row.password, 'General Electric Company'), 'default');
    assert.notEqual(of(row.user, row.password, 'General Dynamics'), 'default');
    assert.equal(of('PLANT\\admin', 'moxa', 'Moxa Technologies'), 'default');
    assert.equal(of('admin@plant', 'moxa', 'MOXA'), 'default');
    assert.equal(of('cn=admin,dc=plant', 'moxa', 'Taipei Moxa Inc.'), 'default');
  });

  test('of passwords that cost long to try those that SNMPv3 does not allow are left out', () => {
    const candidates = new Candidates(credentialTable());
    const tried = candidates.passwordsFor(
      { user: 'admin', protocol: 'snmp', mechanism: 'snmp-usm' },
      { vendor: '', model: '' },
    );
    assert.ok(tried.length > 20 && tried.every((password) => password.length >= 8));
  });

  test('a person’s own row is a default of its maker’s devices, or of all where it names none', () => {
    const text = 'Acme\t\t\tpump\tblue42\tdefault\tx\n\t\t\tfitter\tred7\tdefault\tx\n\t\t\troot\twago\tgeneric\tx';
    const candidates = new Candidates(credentialTable(), parseCredentials(text, 'own.tsv'));
    const login = { user: 'pump', protocol: 'ipmi', mechanism: 'rakp' };
    const acme = { vendor: 'ACME Corp.', model: '' };
    assert.equal(candidates.passwordsFor(login, acme)[0], 'blue42');
    assert.equal(candidates.meaning('blue42', login, acme).kind, 'default');
    assert.equal(candidates.meaning('blue42', login, { vendor: 'Moxa', model: '' }).kind, 'weak');
    assert.equal(candidates.meaning('red7', { ...login, user: 'fitter' }, acme).kind, 'default');
    // What the shipped table knows better stays what it is.
    const root = { user: 'root', protocol: 'telnet', mechanism: 'clear' };
    assert.match(candidates.meaning('wago', root, { vendor: '', model: '' }).because, /WAGO ships/);
  });

  test('broken lines are left out', () => {
    assert.deepEqual(
      parseCredentials('# x\nVendor\tonly\n\nA\tB\thttp,ftp\tu\tp\tdefault\tmanual\r\nA\t\t\tu\tp\tother\tx'),
      [
        {
          file: '',
          line: 4,
          vendor: 'A',
          product: 'B',
          protocols: ['http', 'ftp'],
          user: 'u',
          password: 'p',
          kind: 'default',
          source: 'manual',
        },
      ],
    );
  });
});
