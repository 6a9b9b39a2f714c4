// Decodes hand-made messages of WS-Discovery, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match } from '../../facts/protocol.ts';
import { wsDiscovery } from './index.ts';

const NAMESPACE = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';

function envelope(action: string, body: string): Uint8Array {
  const header = `<s:Header><a:Action>${NAMESPACE}/${action}</a:Action><a:ReplyTo><a:Address>x</a:Address></a:ReplyTo></s:Header>`;
  return Uint8Array.from(
    Buffer.from(
      `<?xml version="1.0"?><s:Envelope xmlns:d="${NAMESPACE}">${header}<s:Body>${body}</s:Body></s:Envelope>`,
    ),
  );
}

const MATCH = envelope(
  'ProbeMatches',
  '<d:ProbeMatch><a:Address>urn:uuid:1</a:Address><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>' +
    'onvif://www.onvif.org/name/Gate%20Camera onvif://www.onvif.org/hardware/EC-4 onvif://www.onvif.org/location/hall' +
    '</d:Scopes><d:XAddrs>http://192.0.2.10/onvif/device_service</d:XAddrs></d:ProbeMatch>',
);

function told(messages: readonly Uint8Array[], fromClient = false): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'trait') lines.push(`${fact.trait} ${fact.value}`);
    else if (fact.fact === 'claim') lines.push(`${fact.attribute} ${fact.value}`);
    else if (fact.fact === 'violation') lines.push(fact.rule);
  };
  const decoder = wsDiscovery.start(0);
  const context = messageContext(sink, { isTcp: false, serverPort: 3702, fromClient });
  for (const bytes of messages) decoder.decode(bytes, 0, bytes.length, context);
  assert.deepEqual(sink.problems, []);
  return lines;
}

test('a camera tells its name, model, place and address, once', () => {
  assert.deepEqual(told([MATCH, MATCH]), [
    'ws-discovery-endpoint urn:uuid:1',
    'ws-discovery-types dn:NetworkVideoTransmitter',
    'role camera',
    'url http://192.0.2.10/onvif/device_service',
    'name Gate Camera',
    'model EC-4',
    'location hall',
  ]);
});

test('a search says what is searched', () => {
  const search = envelope('Probe', '<d:Probe><d:Types>wsdp:Device</d:Types></d:Probe>');
  assert.deepEqual(told([search], true), ['ws-discovery-search wsdp:Device']);
});

test('other text is not recognised, and cuts tell no more than the whole', () => {
  const decoder = wsDiscovery.start(0);
  const other = Buffer.from(`<?xml version="1.0"?><root>${' '.repeat(100)}</root>`);
  assert.equal(decoder.looksLike(other, 0, other.length), Match.no);
  assert.equal(decoder.looksLike(MATCH, 0, MATCH.length), Match.yes);
  for (let end = 0; end < MATCH.length; end += 3) assert.ok(told([MATCH.slice(0, end)]).length <= 7);
});
