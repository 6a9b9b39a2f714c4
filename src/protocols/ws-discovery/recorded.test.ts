// The capture that scripts/record-hands made from the software of Debian: its facts are the golden ones.
import { testRecordings } from '../../../scripts/protocol-goldens.ts';

testRecordings(import.meta.dirname, ['debian.pcap']);
