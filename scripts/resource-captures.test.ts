// Captures that try to make memory and time grow, a small part of each: they say what they mean to, and nothing breaks.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analyze } from '../src/engine/analysis.ts';
import { folderWith } from '../src/commands/child-program.ts';
import { FrameWriter, RESOURCE_ATTACKS } from './resource-captures.ts';

const FRAMES = 2000;

for (const { name, protocol, write } of RESOURCE_ATTACKS) {
  test(`${name}: every frame is read, and means what it is meant to`, async () => {
    const path = join(folderWith({}), `${name}.pcap`);
    const out = new FrameWriter(path);
    write(out, FRAMES);
    out.close();
    const { stats, protocols } = await analyze({ paths: [path] });
    rmSync(path);
    assert.equal(stats.frames, out.frames);
    assert.equal(stats.decoderFaults, 0);
    if (protocol === undefined) return;
    const messages = protocols.find((each) => each.name === protocol)!.messages;
    assert.ok(messages >= FRAMES / 20, `${messages} messages of ${protocol}`);
  });
}
