// Makes src/modules/NAME: a module with one kind of alert and tests that pass, ready to be given its own rules.
// usage: npm run new:module -- NAME
import { generate, type Name, type Template } from './new-folder.ts';

export const MODULE_TEMPLATE: Template = {
  list: 'modules',
  files: (name) => ({
    'README.md': readme(name),
    'index.ts': index(name),
    [`${name.kebab}.test.ts`]: tests(name),
  }),
  count: (text, count) => text.replace(/\b\d+ of 16 modules\b/g, `${count} of 16 modules`),
};

function readme(name: Name): string {
  return `# ${name.kebab}

What it judges, from which facts, and what it needs to have learned first.

| kind | raised when | severity |
|---|---|---|
| \`${name.kebab}/restart-refused\` | a server refuses a restart | medium |

Not judged: what a reader might expect here and does not get.
`;
}

function index(name: Name): string {
  return `// Judges restarts that were refused. To be replaced: what this module turns into what.
import type { AlertKind } from '../../facts/alert.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';

const RESTART_REFUSED: AlertKind = {
  kind: '${name.kebab}/restart-refused',
  title: 'A restart was refused',
  severity: 'medium',
  why: 'Somebody asked a device to restart and the device said no.',
  advice: 'Ask who was working on the device at that time; if nobody was, look at the host that asked.',
  falsePositives: ['Maintenance with a tool that tries a restart the device does not support'],
  techniques: ['T0816'],
  quietSeconds: 3600,
};

export const ${name.camel}: Module = {
  meta: {
    id: '${name.kebab}',
    title: '${name.title}',
    purpose: 'Says when a device refuses to restart.',
    scope: 'device',
    kinds: [RESTART_REFUSED],
  },
  start,
};

function start(site: Site): ModuleHandlers {
  function operation(operation: Operation): void {
    if (operation.outcome !== Outcome.refused) return;
    const { client, clientPort, server, serverPort, unit } = operation;
    site.raise({
      kind: RESTART_REFUSED.kind,
      timeUs: operation.timeUs,
      subject: { host: server, unit, port: serverPort },
      peer: { host: client, unit: -1, port: clientPort },
      object: '',
      explanation: \`\${site.hosts.address(client)} asked for a restart and was refused with code \${operation.code}.\`,
      frames: [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0),
    });
  }
  return { operation, verbs: [Verb.restart] };
}
`;
}

function tests(name: Name): string {
  return `// What makes ${name.kebab} speak, and what does not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { Rehearsal, type Raised } from '../rehearsal.ts';
import { ${name.camel} } from './index.ts';

/** What is raised when a client asks a server for a restart. */
function raisedBy(change: Partial<Operation>): Raised[] {
  const rehearsal = new Rehearsal(${name.camel});
  rehearsal.operation({ verb: Verb.restart, ...change });
  return rehearsal.raised;
}

describe('quiet', () => {
  test('a restart that is carried out raises nothing', () => {
    assert.deepEqual(raisedBy({ outcome: Outcome.ok }), []);
  });
});

describe('fires', () => {
  test('a restart that is refused is told with the frames of question and answer', () => {
    const [judgement] = raisedBy({ outcome: Outcome.refused, code: 4 });
    assert.equal(judgement?.kind, '${name.kebab}/restart-refused');
    assert.equal(judgement.subject.host, 2);
    assert.equal(judgement.peer?.host, 1);
    assert.match(judgement.explanation, /192\\.0\\.2\\.1 .* code 4/);
    assert.deepEqual(judgement.frames, [1, 2]);
  });
});

test('every kind belongs to this module and has advice', () => {
  for (const kind of ${name.camel}.meta.kinds) {
    assert.match(kind.kind, /^${name.kebab}\\/[a-z0-9-]+$/);
    assert.notEqual(kind.advice, '');
  }
});
`;
}

if (import.meta.main) {
  process.exitCode = await generate(MODULE_TEMPLATE, 'next: write its rules, README and tests, then run npm test');
}
