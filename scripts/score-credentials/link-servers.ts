// An authenticator and a supplicant of IEEE 802.1X on the two ends of a cable of their own, for logins that come before there
// are addresses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, pairs, type Mechanism } from './servers.ts';

const AUTHENTICATOR = 'eap-server';
const SUPPLICANT = 'eap-client';
const MINUTES_MAX = 4;

export const LINK_MECHANISMS: readonly Mechanism[] = [eap('md5', 'MD5'), eap('mschapv2', 'MSCHAPV2')];

/** hostapd, which opens a port of a switch, and wpa_supplicant, which wants in. */
function eap(name: string, method: string): Mechanism {
  return {
    name: `eapol-eap-${name}`,
    programs: ['hostapd', 'wpa_supplicant', 'ip'],
    port: 0,
    accounts: ACCOUNTS,
    link: { name: SUPPLICANT, filter: 'ether proto 0x888e' },
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(([user, secret]) => `"${user}"\t${method}\t"${secret}"\n`);
      writeFileSync(join(folder, 'users'), users.join(''));
      const settings = ['driver=wired', `interface=${AUTHENTICATOR}`, 'ieee8021x=1', 'eap_server=1'];
      writeFileSync(
        join(folder, 'conf'),
        [...settings, `eap_user_file=${folder}/users`, 'use_pae_group_addr=1\n'].join('\n'),
      );
      const ends = [`${AUTHENTICATOR} address 02:00:00:00:00:02`, `peer name ${SUPPLICANT} address 02:00:00:00:00:01`];
      return {
        before: [
          `ip link del ${AUTHENTICATOR} 2>/dev/null; ip link add ${ends.join(' type veth ')}`,
          ...[AUTHENTICATOR, SUPPLICANT].map((end) => `ip link set ${end} up`),
        ],
        command: `timeout ${MINUTES_MAX * 60} hostapd ${folder}/conf`,
        after: [`ip link del ${AUTHENTICATOR}`],
      };
    },
    login: (user, secret, _mechanism, folder) => {
      const network = [
        'key_mgmt=IEEE8021X',
        `eap=${method}`,
        `identity="${user}"`,
        `password="${secret}"`,
        'eapol_flags=0',
      ];
      const path = join(folder, 'network');
      writeFileSync(path, `ap_scan=0\nnetwork={\n${network.join('\n')}\n}\n`);
      return `timeout 4 wpa_supplicant -i ${SUPPLICANT} -D wired -c ${path}`;
    },
  };
}
