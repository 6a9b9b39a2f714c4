// Builds the capture of this folder: a login that is refused and then accepted, and a ticket with RC4. captures.test.ts
// compares it with the file; `npm run golden -- --update` writes the file.
import { UdpExample } from '../../example-conversation.ts';
import { failure, reply, request } from '../example-messages.ts';

const SERVER = { mac: 2, ip: 20, port: 88 };

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const frames = new UdpExample();
  const exchange = (port: number, question: Uint8Array, answer: Uint8Array): void => {
    const client = { mac: 1, ip: 10, port };
    frames.send(client, SERVER, question).send(SERVER, client, answer);
  };
  const proof = request({ user: 'operator', proof: 18, netbios: 'HMI-7' });
  exchange(50_001, request({ user: 'operator' }), failure(25));
  exchange(50_002, proof, failure(24));
  exchange(50_003, proof, reply(0x6b, 'operator', 'krbtgt/EXAMPLE.ORG', 18));
  const ticket = request({ tag: 0x6c, service: 'MSSQLSvc/historian.example', encryptions: [23] });
  exchange(50_004, ticket, reply(0x6d, 'operator', 'MSSQLSvc/historian.example', 23));
  return new Map([['logins.pcap', frames.file()]]);
}
