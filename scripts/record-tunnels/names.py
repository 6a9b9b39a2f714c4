"""Names that ordinary programs ask for, in the forms that those who give them out document; numbers and hashes in them are
made up from one seed. `zones FOLDER` writes a zone for each domain, which answers whatever is asked below it; any other
word prints one question a line, as dig takes it."""
import base64, hashlib, os, random, sys

numbers = random.Random(int(os.environ.get('NAMES_SEED', '7')))
LETTERS = 'abcdefghijklmnopqrstuvwxyz'
WORDS = 'north river stone valve meter green orbit cedar maple copper quartz harbor linden falcon amber delta pixel cargo lumen sierra'.split()


def hexa(count):
    return ''.join(numbers.choice('0123456789abcdef') for _ in range(count))


def mixed(count):
    return ''.join(numbers.choice(LETTERS + '0123456789') for _ in range(count))


def digits(count):
    return ''.join(numbers.choice('0123456789') for _ in range(count))


def word():
    return numbers.choice(WORDS)


def address6():
    return '.'.join(hexa(1) for _ in range(32))


def browser():
    for _ in range(60):
        site = f'{word()}{word()}.com'
        yield f'www.{site}', 'A'
        yield f'www.{site}', 'AAAA'
        yield f'www.{site}', 'HTTPS'
        yield f'd{mixed(13)}.cloudfront.net', 'A'
        yield f'e{digits(5)}.dsc{numbers.choice(LETTERS)}.akamaiedge.net', 'A'
        yield f'www.{site}.edgekey.net', 'A'
        yield f'rr{digits(1)}---sn-{mixed(8)}.googlevideo.com', 'A'
        yield f'{digits(7)}.fls.doubleclick.net', 'A'
        yield f'ipv4-c{digits(3)}-fra{digits(3)}-ix.1.oca.nflxvideo.net', 'A'
        yield f'{hexa(32)}.safeframe.googlesyndication.com', 'A'
        yield f'{word()}-{word()}-prod-{hexa(8)}.fastly-edge.com', 'A'
        yield f'scontent-fra{digits(1)}-{digits(1)}.xx.fbcdn.net', 'A'
        yield f'p{digits(2)}-{mixed(24)}-rz{mixed(6)}.edge-media.net', 'A'


def cloud():
    for _ in range(60):
        region = numbers.choice(['eu-central-1', 'eu-west-1', 'us-east-1', 'ap-southeast-2'])
        yield f'internal-{word()}-prod-web-{digits(9)}.{region}.elb.amazonaws.com', 'A'
        yield f'a{hexa(31)}-{digits(10)}.{region}.elb.amazonaws.com', 'A'
        yield f'ec2-{digits(2)}-{digits(2)}-{digits(2)}-{digits(2)}.{region}.compute.amazonaws.com', 'A'
        yield f'{hexa(32).upper()}.gr7.{region}.eks.amazonaws.com', 'A'
        yield f'a{mixed(13)}-ats.iot.{region}.amazonaws.com', 'A'
        yield f'{word()}{word()}{digits(4)}.blob.core.windows.net', 'A'
        yield f'{word()}-{word()}-vault.vault.azure.net', 'A'
        yield f'iothub-ns-{word()}-{word()}-{digits(6)}-{hexa(10)}.servicebus.windows.net', 'A'
        yield f'{word()}-{hexa(10)}-{region}.a.run.app', 'A'


def mail():
    for _ in range(60):
        domain = f'{word()}-{word()}.org'
        yield domain, 'MX'
        yield domain, 'TXT'
        yield f'_dmarc.{domain}', 'TXT'
        yield f'selector{digits(1)}._domainkey.{domain}', 'TXT'
        yield f'{mixed(32)}._domainkey.{domain}', 'TXT'
        yield f'{mixed(32)}.dkim.amazonses.com', 'TXT'
        yield f'{digits(2)}.{digits(2)}.{digits(2)}.{digits(2)}.zen.spamhaus.org', 'A'
        yield f'{address6()}.zen.spamhaus.org', 'A'
        yield f'em{digits(4)}.{domain}.sendgrid.net', 'A'


def dnssec():
    yield 'plant.example', 'DNSKEY'
    yield 'plant.example', 'SOA'
    for _ in range(120):
        yield f'{word()}{digits(3)}.plant.example', 'A +dnssec'
        yield f'missing-{mixed(8)}.plant.example', 'TXT +dnssec'


def reverse():
    for _ in range(100):
        yield f'{digits(2)}.{digits(2)}.2.192.in-addr.arpa', 'PTR'
        yield f'{address6()}.ip6.arpa', 'PTR'


def discovery():
    for _ in range(40):
        domain = f'{word()}{word()}.com'
        yield f'_sip._tcp.{domain}', 'SRV'
        yield f'_ldap._tcp.default-first-site-name._sites.dc._msdcs.{domain}', 'SRV'
        yield f'_kerberos._tcp.default-first-site-name._sites.{domain}', 'SRV'
        yield f'_acme-challenge.{word()}.{domain}', 'TXT'
        yield f'{hexa(8)}-{hexa(4)}-{hexa(4)}-{hexa(4)}-{hexa(12)}.domains._msdcs.plant.example', 'A'
        yield f'{hashlib.sha256(domain.encode()).hexdigest()[:56]}._openpgpkey.{domain}', 'OPENPGPKEY'


def reputation():
    for _ in range(80):
        code = base64.b32encode(bytes(numbers.getrandbits(8) for _ in range(35))).decode().lower().rstrip('=')
        yield f'{code[:28]}.{code[28:]}.file.reputation.example', 'TXT'


KINDS = {kind.__name__: kind for kind in (browser, cloud, mail, dnssec, reverse, discovery, reputation)}

if sys.argv[1] == 'zones':
    zones = set()
    for kind in KINDS.values():
        for name, _ in kind():
            labels = name.split('.')
            zones.add('.'.join(labels[-2:]))
    os.makedirs(sys.argv[2], exist_ok=True)
    for zone in zones:
        with open(f'{sys.argv[2]}/{zone}.zone', 'w') as file:
            file.write(f'$ORIGIN {zone}.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n@ A 192.0.2.20\n')
            file.write('@ MX 10 mail\n@ TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example -all"\n')
            if zone != 'plant.example':
                file.write('* A 192.0.2.20\n* AAAA 2001:db8::20\n')
                file.write('* TXT "v=DKIM1; k=rsa; p=' + hexa(200) + '" "' + hexa(190) + '"\n')
            else:
                file.writelines(f'{one}{number:03} A 192.0.2.20\n' for one in WORDS for number in range(0, 1000, 2))
else:
    for name, kind in KINDS[sys.argv[1]]():
        print(name, kind)
