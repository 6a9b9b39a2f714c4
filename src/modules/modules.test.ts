// What holds for every module: its kinds are named after it, complete, and told on its page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ATTACK_ICS } from '../../knowledge/attack-ics.ts';
import { modules } from './index.ts';

for (const { meta } of modules) {
  describe(meta.id, () => {
    const page = readFileSync(new URL(`${meta.id}/README.md`, import.meta.url), 'utf8');
    for (const kind of meta.kinds) {
      test(`${kind.kind} says everything a person needs`, () => {
        assert.match(kind.kind, /^[a-z-]+\/[a-z]+(-[a-z]+)*$/);
        assert.ok(kind.kind.startsWith(`${meta.id}/`));
        for (const text of [kind.title, kind.why, kind.advice]) assert.ok(text.length > 5);
        assert.match(kind.advice, /\.$/);
        assert.ok(kind.falsePositives.length > 0, 'no false positive is known?');
        assert.ok(kind.quietSeconds > 0);
        for (const technique of kind.techniques) assert.ok(ATTACK_ICS.has(technique), technique);
        const name = kind.kind.slice(meta.id.length + 1);
        assert.ok(page.includes(`\`${name}\``), `README.md does not tell of ${name}`);
      });
    }
  });
}

test('no two modules and no two kinds have the same name', () => {
  const names = modules.flatMap(({ meta }) => [meta.id, ...meta.kinds.map(({ kind }) => kind)]);
  assert.equal(new Set(names).size, names.length);
});
