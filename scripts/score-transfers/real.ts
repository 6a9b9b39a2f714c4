// The programs, files and firmware of the real captures: what is told of each, and whether it is told once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { analyze } from '../../src/engine/analysis.ts';
import type { Transfer } from '../../src/facts/facts.ts';
import type { Alert } from '../../src/facts/alert.ts';
import { REAL_CAPTURES, deafSink } from '../real-captures.ts';

const ITI = 'ITI__ICS-Security-Tools/pcaps';
const CAPTURES = [
  `${ITI}/openics/EIP-FirmwareChange.pcap`,
  `${ITI}/openics/EIP-SoftwareUpload.pcap`,
  `${ITI}/s7/s7comm_downloading_block_db1.pcap`,
  `${ITI}/s7/tia_s300_downloadOb1.pcapng`,
  `${ITI}/s7/snap7_s300_everything.pcapng`,
  `${ITI}/bro/dnp3/dnp3_file_read.pcap`,
  `${ITI}/bro/dnp3/dnp3_file_write.pcap`,
  'cisagov__icsnpp-bacnet/testing/traces/bacnet_services.pcap',
  'cisagov__icsnpp-bacnet/testing/traces/bacnet_error_reject_abort.pcap',
];
/** Kinds that tell of what was carried. */
const TELLS = /^(?:logic-watch\/program-(?:sent|read)|firmware-guard\/image-(?:sent|unknown|altered))$/;

/** Prints a table; 3 where the collection is missing. */
export async function scoreReal(): Promise<number> {
  if (!existsSync(REAL_CAPTURES)) {
    console.log(`skipped: there is no ${REAL_CAPTURES}`);
    return 3;
  }
  console.log('| capture | transfers | S7 headers read | alerts | what is told |');
  console.log('| --- | --- | --- | --- | --- |');
  let untold = 0;
  for (const path of CAPTURES) {
    const file = join(REAL_CAPTURES, path);
    if (!existsSync(file)) {
      console.log(`| ${path.split('/').at(-1)!} | missing | | | |`);
      continue;
    }
    const { transfers, alerts } = await told(file);
    const blocks = transfers.filter(({ kind }) => kind === 's7-block');
    const headers =
      blocks.length === 0 ? '–' : `${blocks.filter((one) => one.details !== undefined).length} of ${blocks.length}`;
    if (alerts.length === 0) untold++;
    const list = alerts.map(({ severity, kind, explanation }) => `${severity} ${kind}: ${explanation}`);
    const cells = [path.split('/').at(-1)!, transfers.length, headers, alerts.length, list.join('<br>')];
    console.log(`| ${cells.join(' | ')} |`);
  }
  return untold > 0 ? 1 : 0;
}

async function told(file: string): Promise<{ transfers: Transfer[]; alerts: Alert[] }> {
  const transfers: Transfer[] = [];
  const facts = deafSink({
    transfer: (transfer) => {
      if (transfer.phase === 'ended') transfers.push(transfer);
    },
  });
  const { alerts } = await analyze({ paths: [file], facts: () => facts });
  return { transfers, alerts: alerts.filter(({ kind }) => TELLS.test(kind)) };
}
