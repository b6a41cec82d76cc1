#!/bin/sh
# From nothing to `models/mouth.bin`: ./run.sh [steps]. Takes less than two hours on two quiet cores; may be interrupted and
# started again. The environment variable PYTHON chooses an interpreter with torch, numpy and scipy (default: Debian's).
set -e
cd "$(dirname "$0")"
steps=${1:-12000}
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
./setup.sh

# Sources of $3 that have no file `$1/SOURCE.$2` yet.
missing() {
  for source in $3; do
    [ -f "$1/$source.$2" ] || echo "$source"
  done
}
# The data of the sources $1.
prepare() {
  missing work/data npz "$1" | xargs -r -n 1 -P "$(nproc)" "$python" -m lipsync.prepare work/corpus work/data
}
# Trains the net $1 with the options that follow; goes on where it was interrupted, does nothing when it is done.
train() {
  resume=$([ -f "work/$1/state.pt" ] && echo --resume || true)
  # shellcheck disable=SC2086 # options
  "$python" -m lipsync.train work/data "work/"$* $resume
}

# Synthesisers know what they said.
spoken="music espeak flite_slt flite_awb flite_kal16 festival_cmu_us_slt_arctic_hts festival_lp_diphone festival_suo_fi_lj_diphone
  festival_czech_dita festival_czech_ph"
missing work/corpus pkl "$spoken" | xargs -r -n 1 -P "$(nproc)" "$python" -m lipsync.corpus work/corpus
prepare "$spoken"
[ -f work/test/ref.json ] || "$python" -m lipsync.testset work/test
# What people said, a teacher tells.
recorded="asterisk_en asterisk_es asterisk_fr asterisk_it asterisk_ru"
train teacher --steps 4000 --hidden 160 --both-ways
missing work/corpus pkl "$recorded" | xargs -r -n 1 -P "$(nproc)" "$python" -m lipsync.recordings work/teacher/net.pt work/corpus
prepare "$recorded"
train net --steps "$steps" --hidden 256
"$python" -m lipsync.export work/net/net.pt ../models/mouth.bin ../test/fixtures/speech-net.json

# What the shipped file says, by the engine's own code.
cd ..
[ -d node_modules/typescript ] || npm ci
node node_modules/typescript/bin/tsc -b tsconfig.plain.json
node training/predict.js models/mouth.bin training/work/test training/work/predictions.json
cd training
"$python" -m lipsync.evaluate work/test work/predictions.json
