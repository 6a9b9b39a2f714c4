// What servers call themselves (HTTP `Server`, SSH software, greetings of FTP and telnet) → maker, product or operating
// system, only where the name is that of one maker. What runs on anything (nginx, GoAhead, RomPager) is not listed.

export interface BannerProduct {
  readonly shows: RegExp;
  readonly attribute: 'vendor' | 'model' | 'operating-system';
  readonly value: string;
}

export const BANNER_PRODUCTS: readonly BannerProduct[] = [
  { shows: /^A-B WWW\//, attribute: 'vendor', value: 'Rockwell Automation' },
  { shows: /^Schneider-WEB\b/i, attribute: 'vendor', value: 'Schneider Electric' },
  { shows: /^SIMATIC\b|^Siemens\b/, attribute: 'vendor', value: 'Siemens' },
  { shows: /^WAGO\b/, attribute: 'vendor', value: 'WAGO' },
  { shows: /^Niagara Web Server\b/, attribute: 'vendor', value: 'Tridium' },
  { shows: /^MoxaHttp\b/, attribute: 'vendor', value: 'Moxa' },
  { shows: /^(?:Hikvision-Webs|DNVRS-Webs|App-webs)\b/, attribute: 'vendor', value: 'Hikvision' },
  { shows: /^HP HTTP Server\b|^HP-ChaiSOE\b/, attribute: 'vendor', value: 'Hewlett-Packard' },
  { shows: /^EPSON(?:_Linux| HTTP| Http)/, attribute: 'vendor', value: 'Epson' },
  { shows: /^KM-MFP-http\b/, attribute: 'vendor', value: 'Kyocera' },
  { shows: /^CANON HTTP Server\b/i, attribute: 'vendor', value: 'Canon' },
  { shows: /^cisco-IOS\b|^Cisco-\d/i, attribute: 'vendor', value: 'Cisco' },
  { shows: /^ROSSSH$|^MikroTik\b/i, attribute: 'vendor', value: 'MikroTik' },
  { shows: /^HUAWEI-/, attribute: 'vendor', value: 'Huawei' },
  { shows: /^Comware-/, attribute: 'vendor', value: 'H3C' },
  { shows: /^Microsoft-(?:IIS|HTTPAPI)\/|^Microsoft FTP Service\b/i, attribute: 'operating-system', value: 'Windows' },
  { shows: /^OpenSSH_for_Windows/, attribute: 'operating-system', value: 'Windows' },
  { shows: /^VxWorks\b|\bVxWorks FTP server\b/i, attribute: 'operating-system', value: 'VxWorks' },
];
