"""Net → `models/mouth.bin`, int8 with a scale per row, in the layout of `src/motion/engine/speech-model.ts`; and the parity
fixture of the tests. `python3 -m lipsync.export OUT/net.pt MODEL.bin [FIXTURE.json]`"""
import base64
import json
import struct
import sys
import tempfile

import numpy as np
import torch

from .audio import RATE, int16
from .features import mel_power, net_input
from .model import LOOK_AHEAD, load_net
from .phonemes import VISEMES
from .synthesis import flite

MAGIC, VERSION = 0x54454e53, 1
CLIP_SECONDS = 1.5


def linears(net):
    """`(weights [rows, inputs], biases)` of every layer; windows run over time first."""
    def over_time(conv):
        return conv.weight.detach().permute(0, 2, 1).reshape(conv.weight.shape[0], -1).numpy()

    gru = net.gru
    return [
        (over_time(net.conv1), net.conv1.bias), (over_time(net.conv2), net.conv2.bias),
        (gru.weight_ih_l0.detach().numpy(), gru.bias_ih_l0), (gru.weight_hh_l0.detach().numpy(), gru.bias_hh_l0),
        (net.head.weight.detach().numpy(), net.head.bias)]


def quantised(weights):
    scale = np.maximum(np.abs(weights).max(1), 1e-8) / 127
    return np.round(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def quantise_in_place(net):
    """The net as it is shipped."""
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.ndim > 1:
                whole, scale = quantised(parameter.reshape(parameter.shape[0], -1).numpy())
                parameter.copy_(torch.from_numpy(whole * scale[:, None]).reshape(parameter.shape))
    return net


def write_model(net, path):
    sizes = net.sizes
    out = struct.pack('<7I', MAGIC, VERSION, 40, sizes['first'], sizes['second'], sizes['hidden'], net.head.weight.shape[0])
    for weights, bias in linears(net):
        whole, scale = quantised(weights)
        out += scale.tobytes() + bias.detach().numpy().astype('<f4').tobytes() + whole.tobytes()
    with open(path, 'wb') as file:
        file.write(out)
    return len(out)


def answers(net, samples):
    """`[frames, 15 + 8]` for audio from the start, the state being zeros before it."""
    mel = net_input(mel_power(samples))[LOOK_AHEAD:]
    with torch.no_grad():
        logits, curves = net(torch.from_numpy(mel[:len(mel) // 2 * 2]).float()[None])
    return torch.cat([logits, curves], -1)[0].numpy()


def fixture(net):
    """A sentence full of closures, what it should look like, and what the net says to it."""
    with tempfile.TemporaryDirectory() as folder:
        samples, track = flite('Pop the big blue bubble.', 'slt', f'{folder}/clip.wav')
    pcm = int16(samples[:int(CLIP_SECONDS * RATE)])
    heard = pcm.astype(np.float32) / 32768
    mel = net_input(mel_power(heard))
    return {
        'pcm': base64.b64encode(pcm.tobytes()).decode(),
        'visemes': [[VISEMES[v], round(start, 3), round(end, 3)] for v, start, end in track if end < CLIP_SECONDS],
        'lookAheadFrames': LOOK_AHEAD,
        'logMel': {str(i): np.round(mel[i], 6).tolist() for i in (0, 1, 30, 60)},
        'answers': np.round(answers(net, heard), 6).tolist(),
    }


def main():
    net = quantise_in_place(load_net(sys.argv[1]))
    print(f'{write_model(net, sys.argv[2])} bytes')
    if len(sys.argv) > 3:
        with open(sys.argv[3], 'w', encoding='utf8') as file:
            json.dump(fixture(net), file)


if __name__ == '__main__':
    main()
