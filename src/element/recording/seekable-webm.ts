/**
 * Gives a recorded WebM its length and the cues that players seek by. Browsers write it like a live stream, which has neither. Both
 * are added around the recording, which is read piece by piece and stays where it is, maybe on the disk. Loaded with the first recording.
 *
 *     before: EBML, Segment [Info, Tracks, Cluster …]
 *     after:  EBML, Segment [SeekHead, Info + Duration, Tracks, Cluster …, Cues]
 *
 * @see https://www.rfc-editor.org/rfc/rfc9559 Matroska, of which WebM is a part.
 */
import { type Element, element, float, Id, idBytes, readElements, readUnsigned, readVariable, unsigned, variableLength } from './ebml.js';

const VIDEO = 1;
const KEY_FLAG = 0x80;

interface Track {
  readonly isVideo: boolean;
  /** Time of its last block, and how long that is: as long as the one before. In ticks, as all times here. */
  last: number;
  step: number;
}

/** Where to go on from: a cluster, by the first key picture in it; the first cluster by whatever it begins with. */
interface Cue {
  readonly time: number;
  readonly track: number;
  readonly clusterAt: number;
}

interface Contents {
  readonly segment: Element;
  readonly info: Element;
  readonly tracks: Element;
  readonly clustersAt: number;
  readonly duration: number;
  readonly cues: readonly Cue[];
}

/** @returns The same recording with length and cues; itself where it has them, or is written in another way than is known. */
export async function seekableWebm(recording: Blob): Promise<Blob> {
  const contents = await contentsOf(recording);
  return contents ? assemble(recording, contents) : recording;
}

async function contentsOf(recording: Blob): Promise<Contents | null> {
  const known = new Map<number, Element>();
  const tracks = new Map<number, Track>();
  const cues: Cue[] = [];
  let beginning: Cue | null = null;
  let trackNumber = 0;
  let cluster = { at: 0, time: 0, hasCue: false };
  /** A picture of a group is a key picture unless the group says that it refers to another. */
  let pending: Omit<Cue, 'clusterAt'> | null = null;
  const settle = (): void => {
    if (pending && !cluster.hasCue) {
      cues.push({ ...pending, clusterAt: cluster.at });
      cluster.hasCue = true;
    }
    pending = null;
  };
  for await (const found of readElements(recording)) {
    const { id, content } = found;
    if (id === Id.duration || id === Id.cues) return null;
    if (!known.has(id)) known.set(id, found);
    if (id === Id.trackNumber) trackNumber = readUnsigned(content);
    else if (id === Id.trackType) tracks.set(trackNumber, { isVideo: readUnsigned(content) === VIDEO, last: 0, step: 0 });
    else if (id === Id.cluster) {
      settle();
      cluster = { at: found.at, time: 0, hasCue: false };
    } else if (id === Id.timestamp) cluster.time = readUnsigned(content);
    else if (id === Id.referenceBlock) pending = null;
    else if (id === Id.simpleBlock || id === Id.block) {
      settle();
      const { number, offset, flags } = blockHead(content);
      const track = tracks.get(number);
      if (!track) return null;
      const time = cluster.time + offset;
      track.step = time - track.last;
      track.last = time;
      beginning ??= { time, track: number, clusterAt: cluster.at };
      if (track.isVideo && (id === Id.block || flags & KEY_FLAG)) pending = { time, track: number };
    }
  }
  settle();
  const [segment, info, entries, first] = [Id.segment, Id.info, Id.tracks, Id.cluster].map((id) => known.get(id));
  if (!segment || !info || !entries || !first || !beginning) return null;
  if (cues[0]?.clusterAt !== first.at) cues.unshift(beginning);
  const duration = Math.max(...[...tracks.values()].map(({ last, step }) => last + step));
  return { segment, info, tracks: entries, clustersAt: first.at, duration, cues };
}

/** @param content A block's: number of its track, time after the cluster's, flags. */
function blockHead(content: Uint8Array): { number: number; offset: number; flags: number } {
  const length = variableLength(content[0]);
  const view = new DataView(content.buffer, content.byteOffset + length);
  return { number: readVariable(content), offset: view.getInt16(0), flags: view.getUint8(2) };
}

async function assemble(recording: Blob, { segment, info, tracks, clustersAt, duration, cues }: Contents): Promise<Blob> {
  const bytes = async (from: number, to: number | null): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await recording.slice(from, to ?? 0).arrayBuffer());
  const newInfo = element(Id.info, await bytes(info.contentAt, info.end), element(Id.duration, float(duration)));
  const sameTracks = await bytes(tracks.at, tracks.end);
  // Positions count from the begin of the segment's content. They are of one width, so that this is known before they are.
  const seekHead = (cuesAt: number): Uint8Array<ArrayBuffer> =>
    element(Id.seekHead, element(Id.seek, element(Id.seekId, idBytes(Id.cues)), element(Id.seekPosition, unsigned(cuesAt))));
  const newClustersAt = seekHead(0).length + newInfo.length + sameTracks.length;
  const cuesAt = newClustersAt + recording.size - clustersAt;
  const newCues = element(
    Id.cues,
    ...cues.map(({ time, track, clusterAt }) => {
      const place = element(
        Id.cueTrackPositions,
        element(Id.cueTrack, unsigned(track)),
        element(Id.cueClusterPosition, unsigned(clusterAt - clustersAt + newClustersAt)),
      );
      return element(Id.cuePoint, element(Id.cueTime, unsigned(time)), place);
    }),
  );
  // The segment's length stays unknown, as those of the clusters in it are.
  return new Blob([recording.slice(0, segment.contentAt), seekHead(cuesAt), newInfo, sameTracks, recording.slice(clustersAt), newCues], {
    type: recording.type,
  });
}
