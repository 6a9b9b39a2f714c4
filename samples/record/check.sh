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
    sed -n 's/.*seen, \([0-9]*\) packet.*skipped.*/\1/p')"
done

# Both ways: each labelled frame must be one that tshark reads as the label says, and each Modbus message that is not a
# plain read, or that the laptop had a part in, must be labelled.
tshark -r "$folder/plant.pcapng" -T fields -e frame.number -e ip.src -e ip.dst -e mbtcp.unit_id -e modbus.func_code \
  -E occurrence=f 2>/dev/null |
  awk -F '\t' '
    BEGIN {
      code["operator-setpoint"] = code["write-by-new-host"] = 6
      code["write-to-read-only-register-by-laptop"] = code["write-to-read-only-register-by-hmi"] = 6
      code["operator-pump"] = 5; code["operator-temperature"] = 16; code["identification"] = 43
      code["unit-sweep"] = 3; code["restart-communications"] = code["force-listen-only"] = 8
    }
    NR == FNR { source[$1] = $2; target[$1] = $3; unit[$1] = $4; function_code[$1] = $5; next }
    FNR == 1 { next }
    {
      rows++
      wanted = $6 ~ /^umas-/ ? 90 : code[$6]
      parts = split($12, part, ",")
      for (i = 1; i <= parts; i++) {
        if (split(part[i], edge, "-") == 1) edge[2] = edge[1]
        for (frame = edge[1] + 0; frame <= edge[2] + 0; frame++) {
          labelled[frame] = 1
          frames++
          if ($6 == "host-sweep") continue
          forth = source[frame] == $7 && target[frame] == $8
          back = source[frame] == $8 && target[frame] == $7
          if (!(forth || back) || ($9 != "" && unit[frame] != $9) || (wanted && function_code[frame] != wanted)) {
            print "  frame " frame " does not fit its label " $6
            wrong++
          }
        }
      }
    }
    END {
      for (frame in function_code) {
        if (function_code[frame] == "") continue
        if (function_code[frame] <= 4 && source[frame] != "192.168.60.199" && target[frame] != "192.168.60.199") continue
        unusual++
        if (!labelled[frame]) { print "  frame " frame " has no label"; missing++ }
      }
      printf "labels: %d rows, %d frames, %d do not fit\n", rows, frames, wrong
      printf "messages that are no plain read or touch the laptop: %d, %d without a label\n", unusual, missing
    }
  ' - "$folder/plant.labels.tsv"
