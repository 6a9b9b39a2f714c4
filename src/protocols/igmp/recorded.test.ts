// What is told of a capture of software of Debian, which scripts/record-around/record.sh records.
import { testRecordings } from '../../../scripts/protocol-goldens.ts';

testRecordings(import.meta.dirname, ['debian.pcap']);
