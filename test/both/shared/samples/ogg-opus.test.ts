import { assert, describe, it } from '#test';
import { AvatarError, ErrorCode } from '../../../../src/shared/contracts/errors.js';
import { joinBytes } from '../../../../src/shared/core/bytes.js';
import { OggOpusDemuxer, type OpusPacket } from '../../../../src/shared/samples/ogg-opus.js';

const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

interface Page {
  flags?: number;
  granule?: number;
  serial?: number;
  /** Sizes of segments as they stand in the page's table. */
  lacing: number[];
  body: Uint8Array;
}

function page({ flags = 0, granule = -1, serial = 7, lacing, body }: Page): Uint8Array {
  const header = new Uint8Array(27 + lacing.length);
  header.set([...'OggS'].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(header.buffer);
  view.setUint8(5, flags);
  view.setBigInt64(6, BigInt(granule), true);
  view.setUint32(14, serial, true);
  view.setUint8(26, lacing.length);
  header.set(lacing, 27);
  return joinBytes([header, body]);
}

const lacingOf = ({ length }: Uint8Array): number[] => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255];
/** A page of whole packets. */
const pageOf = (packets: Uint8Array[], options: Omit<Page, 'lacing' | 'body'> = {}): Uint8Array =>
  page({ ...options, lacing: packets.flatMap(lacingOf), body: joinBytes(packets) });

function opusHead({ channels = 1, preSkip = 0, gain = 0, mapping = [] as number[] } = {}): Uint8Array {
  const head = new Uint8Array(19 + mapping.length);
  head.set([...'OpusHead'].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(head.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, channels);
  view.setUint16(10, preSkip, true);
  view.setInt16(16, gain, true);
  view.setUint8(18, mapping.length > 0 ? 1 : 0);
  head.set(mapping, 19);
  return head;
}

const TAGS = Uint8Array.from('OpusTags', (letter) => letter.charCodeAt(0));
/** The two header pages of a stream. */
const begin = (head: Uint8Array = opusHead(), serial = 7): Uint8Array[] => [
  pageOf([head], { flags: FIRST, granule: 0, serial }),
  pageOf([TAGS], { granule: 0, serial }),
];
/** A packet of 20 ms (CELT, one frame) with a size and a content of its own. */
const packet = (size: number, content = size): Uint8Array => new Uint8Array(size).fill(content).fill(31 << 3, 0, 1);

const demux = (pages: Uint8Array[], pieceBytes = Infinity): OpusPacket[] => {
  const bytes = joinBytes(pages);
  const demuxer = new OggOpusDemuxer();
  const step = Math.min(pieceBytes, bytes.length);
  const found: OpusPacket[] = [];
  for (let at = 0; at < bytes.length; at += step) found.push(...demuxer.push(bytes.subarray(at, at + step)));
  return found;
};
const sizes = (packets: OpusPacket[]): number[] => packets.map(({ bytes }) => bytes.length);
const cuts = (packets: OpusPacket[]): number[][] => packets.map(({ skipSamples, trimSamples }) => [skipSamples, trimSamples]);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof AvatarError ? error.code : String(error);
  }
  return 'none';
};

describe('The Ogg Opus demuxer', () => {
  it('finds several packets in a page, with sizes of every lacing', () => {
    const packets = [packet(3), packet(254), packet(255), packet(256), packet(510), packet(1)];
    const found = demux([...begin(), pageOf(packets, { granule: 6 * 960 })]);
    assert.deepEqual(
      found.map(({ bytes }) => bytes),
      packets as Uint8Array<ArrayBuffer>[],
    );
  });

  it('gives the same however the stream is cut', () => {
    const pages = [
      ...begin(opusHead({ preSkip: 312 })),
      pageOf([packet(40), packet(300)], { granule: 1920 }),
      pageOf([packet(7)], { flags: LAST, granule: 2500 }),
    ];
    const whole = demux(pages);
    assert.deepEqual(sizes(whole), [40, 300, 7]);
    for (const pieceBytes of [1, 2, 27, 28, 100]) assert.deepEqual(demux(pages, pieceBytes), whole);
  });

  it('joins a packet that continues over pages, one of which holds nothing else', () => {
    const long = packet(1000);
    const pages = [
      page({ lacing: [5, 255], body: joinBytes([packet(5), long.subarray(0, 255)]), granule: 960 }),
      page({ flags: CONTINUED, lacing: [255, 255], body: long.subarray(255, 765) }),
      page({ flags: CONTINUED, lacing: [235, 6], body: joinBytes([long.subarray(765), packet(6)]), granule: 2880 }),
    ];
    const found = demux([...begin(), ...pages]);
    assert.deepEqual(sizes(found), [5, 1000, 6]);
    assert.deepEqual(found[1]!.bytes, long as Uint8Array<ArrayBuffer>);
  });

  it('drops a packet whose beginning or end is missing', () => {
    const middle = [
      page({ flags: CONTINUED, lacing: [255], body: packet(255) }),
      page({ flags: CONTINUED, lacing: [10, 4], body: joinBytes([packet(10), packet(4)]), granule: 960 }),
    ];
    assert.deepEqual(sizes(demux([...begin(), ...middle])), [4]);
    const unfinished = page({ lacing: [8, 255], body: joinBytes([packet(8), packet(255)]), granule: 960 });
    assert.deepEqual(sizes(demux([...begin(), unfinished, pageOf([packet(9)], { granule: 1920 })])), [8, 9]);
  });

  it('skips comments that are longer than a page', () => {
    const tags = joinBytes([TAGS, new Uint8Array(900)]);
    const pages = [
      pageOf([opusHead()], { flags: FIRST, granule: 0 }),
      page({ lacing: [255, 255], body: tags.subarray(0, 510), granule: -1 }),
      page({ flags: CONTINUED, lacing: [255, 143], body: tags.subarray(510), granule: 0 }),
      pageOf([packet(11)], { granule: 960 }),
    ];
    assert.deepEqual(sizes(demux(pages)), [11]);
  });

  it('spreads the pre-skip over as many packets as it needs', () => {
    const packets = [packet(2), packet(3), packet(4)];
    assert.deepEqual(cuts(demux([...begin(opusHead({ preSkip: 1300 })), pageOf(packets, { granule: 2880 })])), [
      [960, 0],
      [340, 0],
      [0, 0],
    ]);
  });

  it('trims what the last page has beyond its granule position', () => {
    const pages = [pageOf([packet(2)], { granule: 960 }), pageOf([packet(3), packet(4)], { flags: LAST, granule: 1500 })];
    assert.deepEqual(cuts(demux([...begin(opusHead({ preSkip: 312 })), ...pages])), [
      [312, 0],
      [0, 420],
      [0, 960],
    ]);
    // A stream of one page is trimmed too.
    assert.deepEqual(cuts(demux([...begin(), pageOf([packet(2)], { flags: LAST, granule: 500 })])), [[0, 460]]);
  });

  it('trims nothing of a stream that was cut out of a longer one', () => {
    const pages = [pageOf([packet(2)], { granule: 960_960 }), pageOf([packet(3)], { flags: LAST, granule: 961_900 })];
    assert.deepEqual(cuts(demux([...begin(), ...pages])), [
      [0, 0],
      [0, 20],
    ]);
  });

  it('knows how long a packet of every kind is', () => {
    const lengths: [number[], number][] = [
      [[0 << 3], 480],
      [[3 << 3], 2880],
      [[13 << 3], 960],
      [[16 << 3], 120],
      [[(31 << 3) | 1], 1920],
      [[(31 << 3) | 3, 3], 2880],
    ];
    for (const [head, duration] of lengths) {
      const [found] = demux([...begin(), pageOf([Uint8Array.from([...head, 0])], { flags: LAST, granule: duration - 10 })]);
      assert.equal(found!.trimSamples, 10, head.join());
    }
  });

  it('reads a chain of streams as one, each with its own head and pre-skip', () => {
    const one = [...begin(opusHead({ preSkip: 100 })), pageOf([packet(2)], { flags: LAST, granule: 960 })];
    const other = [...begin(opusHead({ preSkip: 200, gain: -1536 }), 8), pageOf([packet(3)], { serial: 8, flags: LAST, granule: 900 })];
    // Live streams begin anew without ending first.
    const live = [...begin(opusHead(), 9), pageOf([packet(4)], { serial: 9, granule: 960 }), ...begin(opusHead(), 10)];
    const found = demux([...one, ...other, ...live, pageOf([packet(5)], { serial: 10, granule: 960 })]);
    assert.deepEqual(sizes(found), [2, 3, 4, 5]);
    assert.deepEqual(cuts(found), [
      [100, 0],
      [200, 60],
      [0, 0],
      [0, 0],
    ]);
    assert.equal(new Set(found.map(({ head }) => head)).size, 4);
    assert.equal(found[0]!.head.gain, 1);
    assert.closeTo(found[1]!.head.gain, 0.501, 0.001);
  });

  it('ignores other streams between the pages', () => {
    const picture = pageOf([Uint8Array.from([128, 116, 104])], { flags: FIRST, serial: 1, granule: 0 });
    const second = pageOf([opusHead()], { flags: FIRST, serial: 2, granule: 0 });
    const [head, tags] = begin();
    const found = demux([
      picture,
      head!,
      second,
      tags!,
      pageOf([packet(9)], { serial: 1 }),
      pageOf([packet(5)], { granule: 960 }),
      pageOf([packet(6)], { serial: 2 }),
    ]);
    assert.deepEqual(sizes(found), [5]);
  });

  it('reads how many channels become what', () => {
    const [stereo] = demux([...begin(opusHead({ channels: 2 })), pageOf([packet(2)])]);
    assert.deepInclude(stereo!.head, { channelCount: 2, streamCount: 1, coupledStreamCount: 1, channelMapping: [0, 1] });
    const [surround] = demux([...begin(opusHead({ channels: 3, mapping: [2, 1, 0, 2, 1] })), pageOf([packet(2)])]);
    assert.deepInclude(surround!.head, { channelCount: 3, streamCount: 2, coupledStreamCount: 1, channelMapping: [0, 2, 1] });
  });

  it('refuses what is no Ogg, no Opus or damaged', () => {
    const refused = (...pages: Uint8Array[]): void =>
      assert.equal(
        codeOf(() => demux(pages)),
        ErrorCode.invalidAudioInput,
      );
    refused(Uint8Array.from('RIFF', (letter) => letter.charCodeAt(0)));
    refused(pageOf([packet(30)], { flags: FIRST }), pageOf([packet(2)]));
    refused(...begin(opusHead({ channels: 0 })));
    refused(...begin(opusHead({ channels: 3 })));
    refused(...begin(opusHead({ channels: 3, mapping: [2, 1] })));
    refused(...begin(), new Uint8Array(40));
  });
});
