#!/bin/sh
# Everything the training needs on a fresh Debian 12, as root. All of it is in Debian's main archive.
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
  python3-torch python3-numpy python3-scipy \
  espeak-ng libespeak-ng1 flite festival \
  festival-czech festvox-czech-dita festvox-czech-ph festvox-italp16k festvox-suopuhe-lj festvox-us-slt-hts \
  wamerican wngerman wfrench wspanish witalian wportuguese wdutch wpolish wswedish wnorwegian wukrainian \
  festvox-kdlpc16k festvox-itapc16k festvox-suopuhe-mv festvox-czech-machac festvox-czech-krb festvox-ru \
  festival-ca festvox-ca-ona-hts festival-hi festvox-hi-nsk
