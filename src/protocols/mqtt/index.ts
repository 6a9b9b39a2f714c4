// MQTT 3.1, 3.1.1 and 5.0 on TCP and in WebSocket, and Sparkplug B inside: the protocol's entry in the list.
import type { Protocol } from '../../facts/protocol.ts';
import { MqttDecoder } from './decoder.ts';
import { PIECE_BYTES } from './framing.ts';
import { KINDS, codeName, functionName, spaceName } from './messages.ts';

/** MQTT's own port, and those of brokers for WebSocket. On 80 and 8080 the upgrade alone tells. */
export const MQTT_PORTS = [1883, 8083, 9001];

export const mqtt: Protocol = {
  name: 'mqtt',
  title: 'MQTT',
  transports: ['tcp'],
  ports: MQTT_PORTS,
  frameBytesMax: PIECE_BYTES,
  functionName,
  spaceName,
  codeName,
  family: 'messaging',
  kinds: KINDS,
  summary: 'versions 3.1, 3.1.1 and 5.0 on TCP and WebSocket, payloads by content, and Sparkplug B',
  start: (index) => new MqttDecoder(index, MQTT_PORTS),
};
