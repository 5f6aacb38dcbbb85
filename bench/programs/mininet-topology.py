"""One switch with COUNT hosts by Mininet. Writes how long it took up, and down, in milliseconds."""

import sys
import time

from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

begin = time.monotonic()
network = Mininet(topo=SingleSwitchTopo(int(sys.argv[1])), switch=LinuxBridge, controller=None)
network.start()
up = time.monotonic()
network.stop()
down = time.monotonic()
print((up - begin) * 1000, (down - up) * 1000)
