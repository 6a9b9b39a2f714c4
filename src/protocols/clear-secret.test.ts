// Comparing with a secret in clear: what is refused without a copy would have been refused with one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clearSecret } from './clear-secret.ts';

test('a candidate fits exactly where its UTF-8 bytes are those of the secret', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '€', '😀', '\ud800', '\u0000'), maxLength: 4 });
  fc.assert(
    fc.property(text, text, (secret, candidate) => {
      const bytes = Buffer.from(secret, 'utf8');
      assert.equal(clearSecret(bytes).test(candidate), Buffer.from(candidate, 'utf8').equals(bytes));
    }),
    { numRuns: 2000 },
  );
  assert.equal(clearSecret(Buffer.alloc(0)).test(''), true);
  assert.equal(clearSecret(Buffer.from('é')).test('é'), true);
});
