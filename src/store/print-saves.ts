// For tests: saves one analysis after another into the database it is given, and prints the number of each once it is
// on the disk. It is meant to be killed.
import { writeSync } from 'node:fs';
import { exampleAlert, exampleAsset, exampleConversation, exampleEvidence, saveExample } from './example-site.ts';
import { SiteStore } from './site-store.ts';

const CONVERSATIONS = 300;

const [path = '', first = '0'] = process.argv.slice(2);
for (let number = Number(first); ; number++) {
  const store = new SiteStore(path, { isMade: true });
  await saveExample(store, {
    content: `capture ${number}`,
    path: `${number}.pcap`,
    assets: [
      exampleAsset({ id: `device-${number}`, evidence: [exampleEvidence({ value: String(number) })] }),
      exampleAsset({ evidence: [exampleEvidence({ value: 'the same' })] }),
    ],
    alerts: [exampleAlert({ id: `alert-${number}` })],
    conversations: Array.from({ length: CONVERSATIONS }, (_, index) =>
      exampleConversation(number * 10, number * 10 + 5, { clientPort: 10_000 + index }),
    ),
  });
  store.close();
  writeSync(1, `${number}\n`);
}
