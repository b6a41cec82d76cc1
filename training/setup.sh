#!/bin/sh
# Everything the training needs on a fresh Debian 12, as root; nothing when it is there already. All of it is in Debian's main
# archive.
set -e
packages="python3-torch python3-numpy python3-scipy python3-mido ffmpeg fluidsynth fluid-soundfont-gm
  asterisk-core-sounds-en-g722 asterisk-core-sounds-es-g722 asterisk-core-sounds-fr-g722 asterisk-core-sounds-it-g722
  asterisk-core-sounds-ru-g722 asterisk-moh-opsound-g722
  espeak-ng libespeak-ng1 flite festival
  festival-czech festvox-czech-dita festvox-czech-ph festvox-italp16k festvox-suopuhe-lj festvox-us-slt-hts
  wamerican wngerman wfrench wspanish witalian wportuguese wdutch wpolish wswedish wnorwegian wukrainian
  festvox-kdlpc16k festvox-itapc16k festvox-suopuhe-mv festvox-czech-machac festvox-czech-krb festvox-ru
  festival-ca festvox-ca-ona-hts festival-hi festvox-hi-nsk"
missing=0
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing=1
done
[ $missing = 1 ] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086 # a list of names
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages
