set -eu
ip -batch - <<'END'
netns attach internet1 100
netns attach internet2 101
netns attach resolver 102
netns attach dns 103
netns attach provider 104
netns attach edge1 105
netns attach edge2 106
netns attach control 107
netns attach mgmt 108
netns attach host1 109
link add name internet1 address 0a:00:00:00:00:01 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:01 mtu 1500 netns internet1
link add name internet2 address 0a:00:00:00:00:02 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:02 mtu 1500 netns internet2
link add name resolver address 0a:00:00:00:00:03 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:03 mtu 1500 netns resolver
link add name dns address 0a:00:00:00:00:04 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:04 mtu 1500 netns dns
link add name edge1 address 0a:00:00:00:00:05 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:05 mtu 1500 netns edge1
link add name edge2 address 0a:00:00:00:00:06 mtu 1500 netns provider type veth peer name provider address 0a:01:00:00:00:06 mtu 1500 netns edge2
link add name edge2 address 0a:00:00:00:00:07 mtu 1500 netns edge1 type veth peer name edge1 address 0a:01:00:00:00:07 mtu 1500 netns edge2
link add name control address 0a:00:00:00:00:08 mtu 1500 netns mgmt type veth peer name mgmt address 0a:01:00:00:00:08 mtu 1500 netns control
link add name dns address 0a:00:00:00:00:09 mtu 1500 netns mgmt type veth peer name mgmt address 0a:01:00:00:00:09 mtu 1500 netns dns
link add name edge1 address 0a:00:00:00:00:0a mtu 1500 netns mgmt type veth peer name mgmt address 0a:01:00:00:00:0a mtu 1500 netns edge1
link add name edge2 address 0a:00:00:00:00:0b mtu 1500 netns mgmt type veth peer name mgmt address 0a:01:00:00:00:0b mtu 1500 netns edge2
link add name host1 address 0a:00:00:00:00:0c mtu 1500 netns edge1 type veth peer name edge1 address 0a:01:00:00:00:0c mtu 1500 netns host1
link add name host1 address 0a:00:00:00:00:0d mtu 1500 netns edge2 type veth peer name edge2 address 0a:01:00:00:00:0d mtu 1500 netns host1
link add name host1 address 0a:00:00:00:00:0e mtu 1500 netns mgmt type veth peer name mgmt address 0a:01:00:00:00:0e mtu 1500 netns host1
END
ip -n internet1 -batch - <<'END' || echo "failed internet1" &
link set dev lo up
link set dev provider addrgenmode none up
addr add 2001:db8:f:1::2/64 dev provider nodad
neigh add 2001:db8:f:1::1 lladdr 0a:00:00:00:00:01 dev provider nud permanent
route add default via 2001:db8:f:1::1 dev provider
END
ip -n internet2 -batch - <<'END' || echo "failed internet2" &
link set dev lo up
link set dev provider addrgenmode none up
addr add 2001:db8:f:2::2/64 dev provider nodad
neigh add 2001:db8:f:2::1 lladdr 0a:00:00:00:00:02 dev provider nud permanent
route add default via 2001:db8:f:2::1 dev provider
END
ip -n resolver -batch - <<'END' || echo "failed resolver" &
link set dev lo up
link set dev provider addrgenmode none up
addr add 2001:db8:f:3::2/64 dev provider nodad
neigh add 2001:db8:f:3::1 lladdr 0a:00:00:00:00:03 dev provider nud permanent
route add default via 2001:db8:f:3::1 dev provider
END
ip -n dns -batch - <<'END' || echo "failed dns" &
link set dev lo up
link set dev provider addrgenmode none up
addr add 2001:db8:f:4::2/64 dev provider nodad
link set dev mgmt addrgenmode none up
addr add fd00:0:0:3::4/64 dev mgmt nodad
neigh add 2001:db8:f:4::1 lladdr 0a:00:00:00:00:04 dev provider nud permanent
neigh add fd00:0:0:3::8 lladdr 0a:01:00:00:00:08 dev mgmt nud permanent
neigh add fd00:0:0:3::6 lladdr 0a:01:00:00:00:0a dev mgmt nud permanent
neigh add fd00:0:0:3::7 lladdr 0a:01:00:00:00:0b dev mgmt nud permanent
neigh add fd00::3:0:0:1:1 lladdr 0a:01:00:00:00:0e dev mgmt nud permanent
route add default via 2001:db8:f:4::1 dev provider
END
ip -n provider -batch - <<'END' || echo "failed provider" &
link set dev lo up
link set dev internet1 addrgenmode none up
addr add 2001:db8:f:1::1/64 dev internet1 nodad
link set dev internet2 addrgenmode none up
addr add 2001:db8:f:2::1/64 dev internet2 nodad
link set dev resolver addrgenmode none up
addr add 2001:db8:f:3::1/64 dev resolver nodad
link set dev dns addrgenmode none up
addr add 2001:db8:f:4::1/64 dev dns nodad
link set dev edge1 addrgenmode none up
addr add fe80::a:5:1/64 dev edge1 nodad
addr add fd00:0:0:2::2/127 dev edge1 nodad
link set dev edge2 addrgenmode none up
addr add fe80::a:6:1/64 dev edge2 nodad
addr add fd00:0:0:2::4/127 dev edge2 nodad
neigh add 2001:db8:f:1::2 lladdr 0a:01:00:00:00:01 dev internet1 nud permanent
neigh add 2001:db8:f:2::2 lladdr 0a:01:00:00:00:02 dev internet2 nud permanent
neigh add 2001:db8:f:3::2 lladdr 0a:01:00:00:00:03 dev resolver nud permanent
neigh add 2001:db8:f:4::2 lladdr 0a:01:00:00:00:04 dev dns nud permanent
neigh add fd00:0:0:2::3 lladdr 0a:01:00:00:00:05 dev edge1 nud permanent
neigh add fe80::a:5:2 lladdr 0a:01:00:00:00:05 dev edge1 nud permanent
neigh add fd00:0:0:2::5 lladdr 0a:01:00:00:00:06 dev edge2 nud permanent
neigh add fe80::a:6:2 lladdr 0a:01:00:00:00:06 dev edge2 nud permanent
END
ip -n edge1 -batch - <<'END' || echo "failed edge1" &
link set dev lo up
link set dev provider addrgenmode none up
addr add fe80::a:5:2/64 dev provider nodad
addr add fd00:0:0:2::3/127 dev provider nodad
link set dev edge2 addrgenmode none up
addr add fe80::a:7:1/64 dev edge2 nodad
addr add fd00:0:0:2::6/127 dev edge2 nodad
link set dev mgmt addrgenmode none up
addr add fd00:0:0:3::6/64 dev mgmt nodad
link set dev host1 addrgenmode none up
addr add fe80::a:c:1/64 dev host1 nodad
addr add fd00:0:0:2::8/127 dev host1 nodad
neigh add fd00:0:0:2::2 lladdr 0a:00:00:00:00:05 dev provider nud permanent
neigh add fe80::a:5:1 lladdr 0a:00:00:00:00:05 dev provider nud permanent
neigh add fd00:0:0:2::7 lladdr 0a:01:00:00:00:07 dev edge2 nud permanent
neigh add fe80::a:7:2 lladdr 0a:01:00:00:00:07 dev edge2 nud permanent
neigh add fd00:0:0:3::8 lladdr 0a:01:00:00:00:08 dev mgmt nud permanent
neigh add fd00:0:0:3::4 lladdr 0a:01:00:00:00:09 dev mgmt nud permanent
neigh add fd00:0:0:2::9 lladdr 0a:01:00:00:00:0c dev host1 nud permanent
neigh add fe80::a:c:2 lladdr 0a:01:00:00:00:0c dev host1 nud permanent
END
ip -n edge2 -batch - <<'END' || echo "failed edge2" &
link set dev lo up
link set dev provider addrgenmode none up
addr add fe80::a:6:2/64 dev provider nodad
addr add fd00:0:0:2::5/127 dev provider nodad
link set dev edge1 addrgenmode none up
addr add fe80::a:7:2/64 dev edge1 nodad
addr add fd00:0:0:2::7/127 dev edge1 nodad
link set dev mgmt addrgenmode none up
addr add fd00:0:0:3::7/64 dev mgmt nodad
link set dev host1 addrgenmode none up
addr add fe80::a:d:1/64 dev host1 nodad
addr add fd00:0:0:2::a/127 dev host1 nodad
neigh add fd00:0:0:2::4 lladdr 0a:00:00:00:00:06 dev provider nud permanent
neigh add fe80::a:6:1 lladdr 0a:00:00:00:00:06 dev provider nud permanent
neigh add fd00:0:0:2::6 lladdr 0a:00:00:00:00:07 dev edge1 nud permanent
neigh add fe80::a:7:1 lladdr 0a:00:00:00:00:07 dev edge1 nud permanent
neigh add fd00:0:0:3::8 lladdr 0a:01:00:00:00:08 dev mgmt nud permanent
neigh add fd00:0:0:3::4 lladdr 0a:01:00:00:00:09 dev mgmt nud permanent
neigh add fd00:0:0:2::b lladdr 0a:01:00:00:00:0d dev host1 nud permanent
neigh add fe80::a:d:2 lladdr 0a:01:00:00:00:0d dev host1 nud permanent
END
ip -n control -batch - <<'END' || echo "failed control" &
link set dev lo up
link set dev mgmt addrgenmode none up
addr add fd00:0:0:3::8/64 dev mgmt nodad
neigh add fd00:0:0:3::4 lladdr 0a:01:00:00:00:09 dev mgmt nud permanent
neigh add fd00:0:0:3::6 lladdr 0a:01:00:00:00:0a dev mgmt nud permanent
neigh add fd00:0:0:3::7 lladdr 0a:01:00:00:00:0b dev mgmt nud permanent
neigh add fd00::3:0:0:1:1 lladdr 0a:01:00:00:00:0e dev mgmt nud permanent
END
ip -n mgmt -batch - <<'END' || echo "failed mgmt" &
link set dev lo up
link add name br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
link set dev br0 mtu 1500 addrgenmode none up
link set dev control master br0
link set dev control addrgenmode none up
link set dev dns master br0
link set dev dns addrgenmode none up
link set dev edge1 master br0
link set dev edge1 addrgenmode none up
link set dev edge2 master br0
link set dev edge2 addrgenmode none up
link set dev host1 master br0
link set dev host1 addrgenmode none up
neigh add fd00:0:0:3::8 lladdr 0a:01:00:00:00:08 dev control nud permanent
neigh add fd00:0:0:3::4 lladdr 0a:01:00:00:00:09 dev dns nud permanent
neigh add fd00:0:0:3::6 lladdr 0a:01:00:00:00:0a dev edge1 nud permanent
neigh add fd00:0:0:3::7 lladdr 0a:01:00:00:00:0b dev edge2 nud permanent
neigh add fd00::3:0:0:1:1 lladdr 0a:01:00:00:00:0e dev host1 nud permanent
END
ip -n host1 -batch - <<'END' || echo "failed host1" &
link set dev lo up
addr add fd00:0:0:1::1/128 dev lo nodad
link set dev edge1 addrgenmode none up
addr add fe80::a:c:2/64 dev edge1 nodad
addr add fd00:0:0:2::9/127 dev edge1 nodad
link set dev edge2 addrgenmode none up
addr add fe80::a:d:2/64 dev edge2 nodad
addr add fd00:0:0:2::b/127 dev edge2 nodad
link set dev mgmt addrgenmode none up
addr add fd00::3:0:0:1:1/64 dev mgmt nodad
neigh add fd00:0:0:2::8 lladdr 0a:00:00:00:00:0c dev edge1 nud permanent
neigh add fe80::a:c:1 lladdr 0a:00:00:00:00:0c dev edge1 nud permanent
neigh add fd00:0:0:2::a lladdr 0a:00:00:00:00:0d dev edge2 nud permanent
neigh add fe80::a:d:1 lladdr 0a:00:00:00:00:0d dev edge2 nud permanent
neigh add fd00:0:0:3::8 lladdr 0a:01:00:00:00:08 dev mgmt nud permanent
neigh add fd00:0:0:3::4 lladdr 0a:01:00:00:00:09 dev mgmt nud permanent
END
wait
