#!/bin/sh
# Makes the demos' sample speech (demo/speech/*.mp3 for browsers, *.opus for backends) from the texts in demo/speech/index.json with free voices:
# flite slt and awb (BSD-like licence) and espeak-ng (its output is free of conditions). The results are committed;
# run this only to change them. Needs: flite, espeak-ng, ffmpeg with libmp3lame and libopus, node.
set -eu
cd "$(dirname "$0")/../demo/speech"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

text_of() {
  node -e "console.log(JSON.parse(require('fs').readFileSync('index.json')).find((clip) => clip.file === process.argv[1]).text)" "$1"
}

# Even loudness over the voices, 150 ms of room before and after, mono, small enough for a first visit.
encode() {
  ffmpeg -v error -y -i "$work/voice.wav" \
    -af "highpass=f=60,lowpass=f=$2,loudnorm=I=-18:TP=-2:LRA=7,aresample=24000,adelay=150,apad=pad_dur=0.15" \
    -ac 1 -ar 24000 -c:a libmp3lame -b:a 48k -map_metadata -1 -fflags +bitexact -flags:a +bitexact "$1"
  ffmpeg -v error -y -i "$1" \
    -ac 1 -ar 24000 -c:a libopus -application voip -b:a 24k -map_metadata -1 -fflags +bitexact -flags:a +bitexact "${1%.mp3}.opus"
}

flite -voice slt --setf duration_stretch=1.06 --setf int_f0_target_mean=185 -t "$(text_of welcome-en.mp3)" -o "$work/voice.wav"
encode welcome-en.mp3 7800
flite -voice awb --setf duration_stretch=1.04 -t "$(text_of promise-en.mp3)" -o "$work/voice.wav"
encode promise-en.mp3 7800
espeak-ng -v de+f5 -s 152 -p 42 -g 2 -w "$work/voice.wav" "$(text_of gruss-de.mp3)"
encode gruss-de.mp3 6500
