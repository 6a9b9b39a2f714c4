// Tests the password of a user against a capture of a real switch whose comment gives the command with the password.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { BerReader } from '../ber.ts';
import { snmp } from './index.ts';
import { Flag, NO_PDU } from './messages.ts';
import { SnmpMessage } from './parse.ts';

const CAPTURE = resolve(import.meta.dirname, '../../../../shared/captures/kqdssheng__Pcap/snmp(v3).pcapng');

test(
  'the password with which a real switch was asked passes, and others do not',
  { skip: !existsSync(CAPTURE) },
  () => {
    const file = new Uint8Array(readFileSync(CAPTURE));
    const password = /-a MD5 -A (\S+)/.exec(Buffer.from(file).toString('latin1'))?.[1] ?? '';
    assert.notEqual(password, '');
    const outcomes: unknown[] = [];
    const sink = new CheckedSink();
    sink.onFact = (fact) => {
      if (!('verb' in fact) && fact.fact === 'login')
        outcomes.push([fact.user, fact.outcome, fact.test?.(password), fact.test?.(`${password}0`), fact.test?.('')]);
    };
    const decoder = snmp.start(0);
    const context = messageContext(sink);
    const message = new SnmpMessage();
    const reader = new BerReader();
    // Messages are found by their form, wherever they lie in the file.
    for (let at = 0; at < file.length; at++) {
      if (file[at] !== 0x30 || !message.parse(file, at, file.length) || message.pdu !== NO_PDU) continue;
      reader.read(file, at, file.length);
      context.fromClient = (message.flags & Flag.reportable) !== 0;
      decoder.decode(file, at, reader.end, context);
    }
    assert.deepEqual(sink.problems, []);
    assert.deepEqual(outcomes, [['snmptest', 'accepted', true, false, false]]);
  },
);
