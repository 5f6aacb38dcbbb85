#!/bin/sh -eu
# start OWN OTHER ADDRESS: mail server of OWN.example, which finds OTHER.example at ADDRESS.
own=$1 other=$2 address=$3
mkdir -p /run/dovecot
install -d -o nobody -g nogroup /var/mail/boxes
cat >/etc/postfix/main.cf <<END
compatibility_level = 3.6
myhostname = $own.example
mydestination =
mynetworks = [::1]/128
inet_protocols = ipv6
smtp_host_lookup = native
smtp_dns_support_level = disabled
transport_maps = inline:{ {$other.example=smtp:[$address]} }
virtual_mailbox_domains = $own.example
virtual_mailbox_maps = inline:{ {alice@$own.example=x}, {bob@$own.example=x} }
virtual_transport = lmtp:inet:[::1]:24
minimal_backoff_time = 1s
queue_run_delay = 1s
smtp_connect_timeout = 2s
maillog_file = /dev/stdout
END
postfix post-install create-missing >/dev/null
dovecot -F &
exec postfix start-fg
