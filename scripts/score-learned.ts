// Says in one sentence what a baseline holds about the two hosts of an alert: why something benign was unusual.
import type { Alert } from '../src/facts/alert.ts';
import type { Baseline, BaselineDevice } from '../src/learning/baseline.ts';
import { protocols } from '../src/protocols/index.ts';

export function learnedText(alert: Alert, baseline: Baseline): string {
  const device = baseline.devices.find(({ address }) => address === alert.subject.ip);
  if (device === undefined) return `nothing was learned about ${alert.subject.ip ?? 'this device'}.`;
  const client = alert.peer?.ip ?? null;
  if (client === null) return 'no second host is named.';
  const requests = device.requests.filter((request) => request.client === client);
  const asked = requests.reduce((sum, { seen }) => sum + seen.count, 0);
  if (asked === 0) return `${client} never asked ${device.address} for anything in what was learned.`;
  return `in what was learned ${client} made ${asked} requests of ${device.address}; ${writesText(device, client)}.`;
}

function writesText(device: BaselineDevice, client: string): string {
  const writes = device.writes.filter((write) => write.client === client);
  if (writes.length === 0) return 'it wrote nothing there';
  const places = writes.map(({ protocol, space, first, seen }) => {
    const name = protocols.find((other) => other.name === protocol)?.spaceName(space) ?? 'object';
    return `${name} ${first} (${seen.count === 1 ? 'once' : `${seen.count} times`})`;
  });
  return `all it wrote there was ${places.join(', ')}`;
}
