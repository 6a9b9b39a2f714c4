// The maintenance workstation: what a plant network carries besides its process. It pings, opens the gateway's web page,
// and once tries a port nobody listens on.
import { execFile } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { promisify } from 'node:util';
import { logEvent } from './event-log.ts';
import { addressOf, normalSeconds, until } from './plant.ts';

const source = addressOf('maintenance').ip;
const runProgram = promisify(execFile);

async function ping(host: string): Promise<void> {
  const target = addressOf(host).ip;
  const firstMs = Date.now();
  await runProgram('ping', ['-n', '-c', '3', '-i', '0.5', '-W', '1', target]).catch(() => undefined);
  logEvent({
    label: 'ping',
    class: 'normal',
    firstMs,
    lastMs: Date.now(),
    source,
    target,
    unit: null,
    what: 'three ICMP echo requests',
    match: { by: 'icmp' },
  });
}

async function openPage(): Promise<void> {
  const target = addressOf('gateway').ip;
  const firstMs = Date.now();
  const port = await new Promise<number>((done, fail) => {
    const request = http.get({ host: target, path: '/', agent: false, headers: { 'user-agent': 'Mozilla/5.0' } });
    request.on('error', fail);
    request.on('response', (response) => {
      const used = response.socket.localPort ?? 0;
      response.resume();
      response.on('end', () => done(used));
    });
  });
  logEvent({
    label: 'web-page',
    class: 'normal',
    firstMs,
    lastMs: Date.now(),
    source,
    target,
    unit: null,
    what: "the gateway's web page is opened (HTTP)",
    match: { by: 'tcp', port },
  });
}

async function tryTelnet(): Promise<void> {
  const target = addressOf('gateway').ip;
  const firstMs = Date.now();
  const port = await new Promise<number>((done) => {
    // The local port is chosen here: after a refusal the socket no longer tells it.
    const socket = net.connect({ host: target, port: 23, localPort: 49723 });
    socket.on('error', () => done(49723));
  });
  logEvent({
    label: 'port-refused',
    class: 'normal',
    firstMs,
    lastMs: Date.now(),
    source,
    target,
    unit: null,
    what: 'TCP port 23 is tried and refused',
    match: { by: 'tcp', port },
  });
}

const day: [number, () => Promise<void>][] = [
  [17.2, () => ping('plc1')],
  [27.4, openPage],
  [44.1, tryTelnet],
  [58.8, () => ping('gateway')],
  [120.6, () => ping('plc2')],
  [156.3, openPage],
  [188.5, () => ping('plc1')],
];
for (const [at, action] of day) {
  if (at > normalSeconds) break;
  await until(at);
  await action();
}
