// Builds the capture of this folder, datagram for datagram. captures.test.ts compares it with the file;
// `npm run golden -- --update` writes the file.
import { UdpExample, type Endpoint } from '../../example-conversation.ts';
import { coapBytes, path } from '../example-messages.ts';

const STATION: Endpoint = { mac: 1, ip: 20, port: 40_683 };
const SENSOR: Endpoint = { mac: 2, ip: 10, port: 5683 };
const DEVICE: Endpoint = { mac: 3, ip: 30, port: 56_830 };
const MANAGER: Endpoint = { mac: 1, ip: 20, port: 5683 };

const text = (value: string): number[] => [...Buffer.from(value)];
const resource = (id: number, value: readonly number[]): number[] => [0xc8, id, value.length, ...value];

/** The captures by file name. */
export function exampleCaptures(): Map<string, Uint8Array> {
  return new Map([['sensor-and-lwm2m.pcap', capture()]]);
}

function capture(): Uint8Array {
  const example = new UdpExample();
  let id = 100;
  const ask = (code: number, uri: string, answer: number, reply: Parameters<typeof coapBytes>[1]): void => {
    id++;
    const token = [id];
    example.send(STATION, SENSOR, coapBytes(code, { id, token, options: path(uri) }));
    example.send(SENSOR, STATION, coapBytes(answer, { type: 2, id, token, ...reply }));
  };
  ask(1, '.well-known/core', 0x45, { options: [[12, [40]]], payload: '</temp>;rt="temperature",</fan>' });
  ask(1, 'temp', 0x45, { options: [[12, []]], payload: '21.5' });
  ask(1, 'temp', 0x45, { options: [[12, []]], payload: '21.75' });
  ask(1, 'state', 0x45, { options: [[12, [50]]], payload: '{"pressure":3.5,"running":true}' });
  ask(1, 'pack', 0x45, {
    options: [[12, [110]]],
    payload: '[{"bn":"urn:ex:","n":"v","v":23.5},{"n":"c","v":2}]',
  });
  ask(4, 'fan', 0x83, {});
  example.send(
    STATION,
    SENSOR,
    coapBytes(3, { id: 200, token: [1, 2], options: [...path('fan'), [12, []]], payload: '80' }),
  );
  example.send(SENSOR, STATION, coapBytes(0x44, { type: 2, id: 200, token: [1, 2] }));
  // Observed: the answer, two notifications, the second of which is reset.
  example.send(STATION, SENSOR, coapBytes(1, { id: 201, token: [9], options: [[6, []], ...path('temp')] }));
  for (const [value, count] of [
    ['22', 1],
    ['22.5', 2],
    ['23', 3],
  ] as const)
    example.send(
      SENSOR,
      STATION,
      coapBytes(0x45, { type: 1, id: 300 + count, token: [9], options: [[6, [count]]], payload: value }),
    );
  registration(example);
  firmware(example);
  return example.file();
}

function registration(example: UdpExample): void {
  example.send(
    DEVICE,
    MANAGER,
    coapBytes(2, {
      id: 1,
      options: [
        [11, 'rd'],
        [12, [40]],
        [15, 'ep=pump-7'],
        [15, 'lwm2m=1.1'],
      ],
      payload: '</3/0>,</5/0>',
    }),
  );
  example.send(
    MANAGER,
    DEVICE,
    coapBytes(0x41, {
      type: 2,
      id: 1,
      options: [
        [8, 'rd'],
        [8, 'a1'],
      ],
    }),
  );
  example.send(MANAGER, DEVICE, coapBytes(1, { id: 2, token: [2], options: path('3/0') }));
  const object = [
    ...resource(0, text('Example Pumps')),
    ...resource(1, text('EP-7 series')),
    ...resource(2, text('EX-000777')),
    ...resource(3, text('1.4.2 build 9')),
    ...[0xc1, 9, 88],
  ];
  example.send(
    DEVICE,
    MANAGER,
    coapBytes(0x45, { type: 2, id: 2, token: [2], options: [[12, [0x2d, 0x16]]], payload: object }),
  );
  example.send(MANAGER, DEVICE, coapBytes(2, { id: 3, token: [3], options: path('3/0/4') }));
  example.send(DEVICE, MANAGER, coapBytes(0x44, { type: 2, id: 3, token: [3] }));
}

/** Object 5: two blocks of 16 bytes and a rest, and the update. */
function firmware(example: UdpExample): void {
  for (const [number, size] of [
    [0, 16],
    [1, 16],
    [2, 5],
  ] as const) {
    const token = [20 + number];
    const more = size === 16 ? 8 : 0;
    const payload = new Array<number>(size).fill(0xa0 + number);
    const options = [...path('5/0/0'), [12, [42]], [27, [(number << 4) | more]]] as [number, string | number[]][];
    example.send(MANAGER, DEVICE, coapBytes(3, { id: 20 + number, token, options, payload }));
    example.send(DEVICE, MANAGER, coapBytes(more > 0 ? 0x5f : 0x44, { type: 2, id: 20 + number, token }));
  }
  example.send(MANAGER, DEVICE, coapBytes(2, { id: 30, token: [30], options: path('5/0/2') }));
  example.send(DEVICE, MANAGER, coapBytes(0x44, { type: 2, id: 30, token: [30] }));
}
