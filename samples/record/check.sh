#!/bin/sh
# Asks tshark about the recorded sample: broken checksums, retransmissions, doubled frames, what does not dissect as
# Modbus, and whether the label of each event points at frames tshark reads the same way.
set -eu
folder=${1:-$(dirname "$0")/..}

for capture in "$folder/plant.pcapng" "$folder/plant-quiet.pcapng"; do
  echo "$capture: $(wc -c <"$capture") bytes"
  count() {
    printf '  %-42s %s\n' "$1" "$(tshark -r "$capture" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -Y "$2" \
      -T fields -e frame.number 2>/dev/null | wc -l)"
  }
  count 'frames' 'frame'
  count 'Modbus messages' 'modbus'
  count 'exceptions' 'modbus.exception_code'
  count 'ARP' 'arp'
  count 'ICMP' 'icmp'
  count 'HTTP' 'http'
  count 'TCP resets' 'tcp.flags.reset==1'
  count 'IPv6' 'ipv6'
  count 'bad IP or TCP checksums' 'ip.checksum.status==0 || tcp.checksum.status==0'
  count 'retransmissions, lost or unordered segments' \
    'tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order || tcp.analysis.duplicate_ack'
  count 'port 502 payload that is not Modbus' 'tcp.port==502 && tcp.len>0 && !modbus'
  count 'malformed for tshark' '_ws.malformed'
  count 'malformed outside the function sweep' '_ws.malformed && !(ip.addr==192.168.60.199 && ip.addr==192.168.60.11)'
  printf '  %-42s %s\n' 'doubled frames within 100 ms' "$(editcap -w 0.1 "$capture" /dev/null 2>&1 |
    sed -n 's/.*\([0-9][0-9]*\) packets* skipped.*/\1/p')"
done

# Each row: the first frame must come from the source, go to the target, and carry the unit.
tshark -r "$folder/plant.pcapng" -T fields -e frame.number -e ip.src -e ip.dst -e mbtcp.unit_id -e modbus.func_code \
  -E occurrence=f 2>/dev/null |
  awk -F '\t' '
    NR == FNR { source[$1] = $2; target[$1] = $3; unit[$1] = $4; next }
    FNR == 1 { next }
    {
      rows++
      if ($6 == "host-sweep") { sweeps++; next }
      if (source[$1] == $7 && target[$1] == $8 && ($9 == "" || unit[$1] == $9)) right++
      else print "  label " $6 " at frame " $1 " does not fit"
    }
    END { printf "labels: %d rows, %d fit their first frame, %d sweep of addresses\n", rows, right, sweeps }
  ' - "$folder/plant.labels.tsv"
