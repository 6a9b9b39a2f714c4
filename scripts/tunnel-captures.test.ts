// The beginnings of the recorded tunnels: each tunnel is told, each honest twin is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { TUNNEL_SAMPLES, tunnelAlerts, tunnelCaptures } from './tunnel-captures.ts';

const captures = tunnelCaptures(TUNNEL_SAMPLES);

test('there are tunnels and honest twins', () => {
  for (const kind of ['tunnel', 'honest'] as const)
    assert.ok(captures.filter((capture) => capture.class === kind).length >= 8, kind);
});

for (const { name, class: kind, what, path } of captures)
  test(`${name} (${what}) is ${kind === 'tunnel' ? 'told' : 'quiet'}`, async () => {
    const alerts = await tunnelAlerts(path);
    assert.ok(alerts !== null);
    assert.equal(alerts.length, kind === 'tunnel' ? 1 : 0, alerts.map(({ explanation }) => explanation).join('\n'));
    for (const { frames } of alerts) assert.ok(frames.length > 0);
  });
