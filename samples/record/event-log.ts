// What a program of the plant did that deserves a label, written as one JSON line when it is over; label.ts finds the
// frames afterwards.
import { appendFileSync } from 'node:fs';

/** How the frames of an event are found in the capture. */
export type Match =
  /** Modbus messages of the connection from this local port; only these transactions where given. */
  | { by: 'modbus'; port: number; transactions?: number[] }
  /** Every frame of the connection from this local port. */
  | { by: 'tcp'; port: number }
  /** ICMP between the two hosts. */
  | { by: 'icmp' }
  /** ARP requests and SYNs sent by the source host, and what came back to it. */
  | { by: 'probe' };

export interface PlantEvent {
  label: string;
  class: 'normal' | 'attack';
  /** Milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  source: string;
  /** An address, or a network for a sweep. */
  target: string;
  unit: number | null;
  what: string;
  match: Match;
}

export function logEvent(event: PlantEvent): void {
  const file = process.env['PLANT_EVENTS'];
  if (file === undefined) throw new Error('PLANT_EVENTS is not set; start the programs through record.sh');
  appendFileSync(file, `${JSON.stringify(event)}\n`);
}
