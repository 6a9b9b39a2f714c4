// What `1sec config example` prints: a 1sec.yaml that passes its own check, to be edited.

export const CONFIG_EXAMPLE = `# What is intended at this site. Where it differs from what is observed, this file wins.
# Check it with: 1sec config check 1sec.yaml     Use it with: 1sec analyze --config 1sec.yaml FILE
version: 1

# Clients that may ask and command servers. Without 'servers': all of them.
masters:
  - name: SCADA server
    client: 192.0.2.50
    servers: [192.0.2.11, 192.0.2.12, 192.0.2.128/26]
  - name: historian
    client: 192.0.2.60

# Hosts from which controllers are programmed. Their role is no longer guessed.
engineering-stations:
  - name: engineering laptop
    address: 192.0.2.70
    # Purdue level; 2 where it is left out.
    level: 3

# Where remote sessions into the plant have to come from; others are told.
jump-hosts:
  - name: jump host
    address: 192.0.2.80

# Names for VLANs. Several VLANs in one segment are one network: an address means the same host in all of them.
segments:
  - name: cell 1
    vlans: [20, 21]
  - name: office
    vlans: [untagged]

# Parts of the plant. The narrowest address that names a device decides its zone, then its segment, then its role. What stays
# within a zone crosses nothing; what crosses is told by levels, new ways and jump hosts, as between networks. What may pass
# between two zones is said by a policy: '1sec policy infer --config 1sec.yaml' makes one of these zones. Where a policy is
# given, its zones hold and not these.
zones:
  - name: control
    # Purdue level, 0 to 5; where it is left out, traffic tells.
    level: 1
    addresses: [192.0.2.0/25]
    segments: [cell 1]
  - name: operators
    roles: [hmi, scada-server]

# When work is planned: commands that a declared engineering station sends then are noted, not alarmed.
maintenance-windows:
  - name: relay exchange
    from: 2026-01-31T08:00:00Z
    until: 2026-01-31T16:00:00Z
    # Without 'devices': all of them.
    devices: [192.0.2.11]
  - name: weekly service
    days: [saturday]
    # The time of the day at the site; an end before the start is on the next day.
    from: 22:00
    until: 02:00
    utc-offset: +01:00

# What was looked at and is as it should be: such alerts are not raised any more. 'device' is whom the alert is about, 'by'
# who did it; what is left out is not asked. '1sec config normal' prints what operators marked in the dashboard.
normal:
  - kind: process-guard/write-to-read-only-point
    device: 192.0.2.11
    unit: 3
    by: 192.0.2.50
    object: holding register 40
    reason: the recipe changes every morning
  - kind: pivot-hunter/enumeration
    device: 192.0.2.90
    reason: the inventory of the works, every Sunday

# Modules and the alerts they raise: '1sec modules' lists both.
modules:
  asset-lens:
    enabled: true
  command-sentinel:
    severities:
      # info, low, medium, high, critical, or off: never raised.
      controller-start: medium
`;
