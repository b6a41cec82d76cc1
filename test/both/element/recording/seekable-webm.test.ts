import { assert } from 'chai';
import { describe, it } from '#test';
import { type Element, element, float, Id, idBytes, readElements, readUnsigned } from '../../../../src/element/recording/ebml.js';
import { seekableWebm } from '../../../../src/element/recording/seekable-webm.js';

const EBML = 0x1a45dfa3;
const APP = 0x5741;
const [VIDEO, SOUND] = [1, 2];
const number = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
function join(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}
/** As a live stream writes what it does not know the end of. */
const endless = (id: number, ...parts: Uint8Array[]): Uint8Array =>
  join(idBytes(id), Uint8Array.of(1, 255, 255, 255, 255, 255, 255, 255), ...parts);
const track = (id: number, type: number): Uint8Array =>
  element(Id.trackEntry, element(Id.trackNumber, Uint8Array.of(id)), element(Id.trackType, Uint8Array.of(type)));
const body = (of: number, offset: number, flags: number): Uint8Array =>
  join(Uint8Array.of(128 + of), number(offset), Uint8Array.of(flags), new Uint8Array(300).fill(0xa3));
const simple = (...block: Parameters<typeof body>): Uint8Array => element(Id.simpleBlock, body(...block));
const group = (of: number, offset: number, isReferring: boolean): Uint8Array =>
  element(Id.blockGroup, element(Id.block, body(of, offset, 0)), ...(isReferring ? [element(Id.referenceBlock, Uint8Array.of(0xdf))] : []));
const cluster = (time: number, ...blocks: Uint8Array[]): Uint8Array => endless(Id.cluster, element(Id.timestamp, number(time)), ...blocks);

const INFO = element(Id.info, element(APP, Uint8Array.of(65)));
const TRACKS = element(Id.tracks, track(1, VIDEO), track(2, SOUND));
const recording = (...clusters: Uint8Array[]): Blob =>
  new Blob([element(EBML, Uint8Array.of(1)), endless(Id.segment, INFO, TRACKS), ...clusters] as BlobPart[], {
    type: 'video/webm;codecs=vp8,opus',
  });
async function all(file: Blob): Promise<Element[]> {
  const elements: Element[] = [];
  for await (const one of readElements(file)) elements.push(one);
  return elements;
}

/** Numbers of an index, which is read as one element: they are found by their ids. */
async function values(file: Blob, id: number, within: number): Promise<number[]> {
  const index = (await all(file)).find((one) => one.id === within)!;
  const bytes = new Uint8Array(await file.slice(index.contentAt, index.end!).arrayBuffer());
  const mark = [...idBytes(id), 1, 0, 0, 0, 0, 0, 0, 8];
  return [...bytes.keys()]
    .filter((at) => mark.every((byte, i) => bytes[at + i] === byte))
    .map((at) => readUnsigned(bytes.subarray(at + mark.length, at + mark.length + 8)));
}

describe('A recorded WebM', () => {
  const file = recording(
    cluster(0, group(1, 0, false), simple(2, 0, 128), group(1, 40, true), simple(2, 20, 128)),
    cluster(1000, simple(2, 0, 128), simple(1, 10, 128), simple(1, 50, 0)),
    // Without a key picture nobody can begin here.
    cluster(2000, group(1, 0, true), simple(2, 5, 128), group(1, 40, true)),
    cluster(3000, simple(1, 0, 128), simple(2, 0, 128), simple(1, 40, 0), simple(2, 20, 128)),
  );

  it('gets its length: to the end of the last picture', async () => {
    const found = (await all(await seekableWebm(file))).find(({ id }) => id === Id.duration)!;
    assert.equal(new DataView(found.content.slice().buffer).getFloat64(0), 3080);
  });

  it('gets cues that lead to clusters with key pictures, and a way to the cues', async () => {
    const seekable = await seekableWebm(file);
    assert.equal(seekable.type, file.type);
    const elements = await all(seekable);
    const start = elements.find(({ id }) => id === Id.segment)!.contentAt;
    const idAt = (position: number) => elements.find(({ at }) => at === start + position)?.id;
    assert.deepEqual(await values(seekable, Id.cueTime, Id.cues), [0, 1010, 3000]);
    assert.deepEqual(await values(seekable, Id.cueTrack, Id.cues), [1, 1, 1]);
    const places = await values(seekable, Id.cueClusterPosition, Id.cues);
    assert.deepEqual(places.map(idAt), [Id.cluster, Id.cluster, Id.cluster]);
    const clusters = elements.filter(({ id }) => id === Id.cluster).map(({ at }) => at - start);
    assert.deepEqual(places, [clusters[0], clusters[1], clusters[3]]);
    assert.equal(idAt((await values(seekable, Id.seekPosition, Id.seekHead))[0]), Id.cues);
  });

  it('can be gone back to its beginning, though the first picture comes late', async () => {
    const late = await seekableWebm(recording(cluster(0, simple(2, 7, 128)), cluster(1000, simple(1, 10, 128), simple(2, 20, 128))));
    assert.deepEqual(await values(late, Id.cueTime, Id.cues), [7, 1010]);
    assert.deepEqual(await values(late, Id.cueTrack, Id.cues), [2, 1]);
  });

  it('keeps every block, and all that was said of it', async () => {
    const [before, after] = await Promise.all(
      [file, await seekableWebm(file)].map(async (one) => {
        const kept = new Set<number>([EBML, APP, Id.trackNumber, Id.trackType, Id.timestamp, Id.simpleBlock, Id.block, Id.referenceBlock]);
        return (await all(one)).filter(({ id }) => kept.has(id)).map(({ id, content }) => [id, ...content]);
      }),
    );
    assert.lengthOf(before!, 27);
    assert.deepEqual(after, before);
  });

  it('stays as it is where it has a length, or is none', async () => {
    const seekable = await seekableWebm(file);
    assert.equal(await seekableWebm(seekable), seekable);
    const withLength = new Blob([
      element(EBML),
      endless(Id.segment, element(Id.info, element(Id.duration, float(5))), TRACKS, cluster(0, simple(1, 0, 128))),
    ] as BlobPart[]);
    for (const other of [withLength, recording(), new Blob([]), new Blob(['ftypisom and more']), new Blob([new Uint8Array(4000)])])
      assert.equal(await seekableWebm(other), other);
  });

  it('is read in pieces, wherever they are cut', async () => {
    const seconds = Array.from({ length: 120 }, (_, second) =>
      cluster(second * 500, simple(1, 0, 128), ...Array.from({ length: 60 }, (_, i) => simple(2, i * 8, 128))),
    );
    const long = recording(...seconds);
    assert.isAbove(long.size, 2 ** 21);
    const elements = await all(await seekableWebm(long));
    assert.lengthOf(
      elements.filter(({ id }) => id === Id.simpleBlock),
      120 * 61,
    );
    assert.equal(elements.at(-1)!.id, Id.cues);
  });
});
