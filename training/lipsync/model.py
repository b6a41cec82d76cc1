"""The net: two causal convolutions, a recurrent layer, one linear layer. Its look-ahead is a shift of the input."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .targets import CHANNELS
from .phonemes import FF, PP, VISEMES

# Mel frames of 10 ms that are heard before a moment is answered.
LOOK_AHEAD = 9
# Curves that the engine smooths are predicted one frame ahead, so that smoothing costs no delay.
SLOW = [0, 2, 3, 4, 6]
BANDS, KERNEL_1, KERNEL_2 = 40, 5, 4
# Lips that close or tuck count for more in the loss. The export takes this back, so that the answers are probabilities again.
CLASS_WEIGHTS = torch.ones(len(VISEMES))
CLASS_WEIGHTS[PP], CLASS_WEIGHTS[FF] = 1.5, 1.2


class MouthNet(nn.Module):
    """With `both_ways` it hears an utterance to its end before it answers: a teacher, not for live speech."""

    def __init__(self, first=64, second=96, hidden=192, both_ways=False):
        super().__init__()
        self.sizes = {'first': first, 'second': second, 'hidden': hidden, 'both_ways': both_ways}
        self.conv1 = nn.Conv1d(BANDS, first, KERNEL_1)
        self.conv2 = nn.Conv1d(first, second, KERNEL_2, stride=2)
        self.gru = nn.GRU(second, hidden, batch_first=True, bidirectional=both_ways)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(hidden * (2 if both_ways else 1) + second, len(VISEMES) + len(CHANNELS))

    def forward(self, mel, state=None):
        """
        mel: `[batch, 2 frames, 40]` at 100 Hz, already shifted by the look-ahead. Before the start there are zeros.
        → logits `[batch, frames, 15]`, curves `[batch, frames, 8]` at 50 Hz
        """
        x = F.relu(self.conv1(F.pad(mel.transpose(1, 2), (KERNEL_1 - 1, 0))))
        x = F.relu(self.conv2(F.pad(x, (KERNEL_2 - 2, 0)))).transpose(1, 2)
        h, _ = self.gru(x, state)
        out = self.head(self.dropout(torch.cat([h, x], -1)))
        return out[..., :len(VISEMES)], out[..., len(VISEMES):]


def load_net(path):
    """What `train.py` saved, its averaged weights; answers probabilities without the weights of the classes."""
    saved = torch.load(path)
    net = MouthNet(**saved['sizes'])
    net.load_state_dict(saved['weights'])
    with torch.no_grad():
        net.head.bias[:len(CLASS_WEIGHTS)] -= torch.log(CLASS_WEIGHTS)
    return net.eval()
