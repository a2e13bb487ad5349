#!/bin/sh
# deb: remove|upgrade NEW; rpm: 0 for the last removal, 1 for an upgrade.
set -e
case "$1" in
  remove | 0)
    if [ -d /run/systemd/system ]; then
      systemctl disable --now --quiet chaping.service || true
    fi
    ;;
esac
