#!/bin/sh
# A check of somebody's own, in TAP: the nodes are those that the first argument names.
echo 1..2
if [ "$NETWRIGHT_NODES" = "$1" ]; then echo "ok 1 - the nodes are $1"; else echo "not ok 1 - the nodes are $1"; bad=1; fi
echo "ok 2 - $NETWRIGHT_SCENARIO runs"
exit ${bad:-0}
