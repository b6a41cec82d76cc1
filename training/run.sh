#!/bin/sh
# From nothing to `models/mouth.bin`: ./run.sh [steps]. Takes about an hour on two quiet cores; may be interrupted and started
# again. The environment variable PYTHON chooses an interpreter with torch, numpy and scipy (default: Debian's).
set -e
cd "$(dirname "$0")"
steps=${1:-12000}
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
./setup.sh

sources="espeak flite_slt flite_awb flite_kal16 festival_cmu_us_slt_arctic_hts festival_lp_diphone festival_suo_fi_lj_diphone festival_czech_dita festival_czech_ph"
# Sources that have no file `$1/SOURCE.$2` yet.
missing() {
  for source in $sources; do
    [ -f "$1/$source.$2" ] || echo "$source"
  done
}
missing work/corpus pkl | xargs -r -n 1 -P "$(nproc)" "$python" -m lipsync.corpus work/corpus
missing work/data npz | xargs -r -n 1 -P "$(nproc)" "$python" -m lipsync.prepare work/corpus work/data
[ -f work/test/ref.json ] || "$python" -m lipsync.testset work/test
resume=$([ -f work/net/state.pt ] && echo --resume || true)
"$python" -m lipsync.train work/data work/net --steps "$steps" $resume
"$python" -m lipsync.export work/net/net.pt ../models/mouth.bin ../test/fixtures/speech-net.json

# What the shipped file says, by the engine's own code.
cd ..
[ -d node_modules/typescript ] || npm ci
node node_modules/typescript/bin/tsc -b tsconfig.plain.json
node training/predict.js models/mouth.bin training/work/test training/work/predictions.json
cd training
"$python" -m lipsync.evaluate work/test work/predictions.json
