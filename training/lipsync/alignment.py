"""espeak-ng reports a plosive at its burst: its closure still counts to the phone before. Left alone, every p would teach
lips that close too late and for an instant. The start is moved back over the quiet that precedes the burst."""
import numpy as np

PLOSIVES = set('pbtdkgɡqcɟʈɖ')
STEP = 40  # samples of 16 kHz audio: 2.5 ms
QUIET_DB = 12  # under the phone before
LONGEST = 48  # steps: 120 ms
LARGEST_SHARE = 0.7  # of the phone before
CLOSURE_AFTER_PAUSE = 0.05  # seconds


def repair_plosives(samples, segments):
    count = len(samples) // STEP
    power = (samples[:count * STEP].reshape(count, STEP) ** 2).mean(1)
    level = np.convolve(10 * np.log10(power + 1e-9), np.ones(3) / 3, 'same')
    out = [list(item) for item in segments]
    for i in range(1, len(out)):
        phone, start, _ = out[i]
        if not phone or phone[0] not in PLOSIVES:
            continue
        before, before_start, before_end = out[i - 1]
        if before in ('', '_'):
            if before_end - before_start > 0.08:
                out[i][1] = out[i - 1][2] = start - CLOSURE_AFTER_PAUSE
            continue
        burst, first = int(start * 400), int(before_start * 400)
        if burst - first < 6:
            continue
        loud = np.median(level[first:max(first + 3, first + (burst - first) // 2)])
        earliest = max(first + int((1 - LARGEST_SHARE) * (burst - first)), burst - LONGEST)
        at = burst - 1
        while at > earliest and level[at] < loud - QUIET_DB:
            at -= 1
        if burst - 1 - at >= 3:
            out[i][1] = out[i - 1][2] = (at + 1) / 400
    return [tuple(item) for item in out]
