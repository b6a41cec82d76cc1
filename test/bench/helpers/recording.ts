/**
 * A screen and a loudspeaker that exist only for a recording: Xvfb and a PulseAudio null sink, both captured by one
 * ffmpeg against one clock.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const DISPLAY = ':96';
const PROGRAMS = ['Xvfb', 'pulseaudio', 'ffmpeg', 'ffprobe'];

/** The programs a studio needs and does not find. */
export function missingPrograms(programs: readonly string[] = PROGRAMS): string[] {
  return programs.filter((program) => spawnSync('which', [program]).status !== 0);
}

export interface Studio {
  /** Environment for the browser to be recorded. */
  env: Record<string, string>;
  /** Records a square of the screen for some seconds. */
  record(left: number, top: number, size: number, seconds: number): Promise<Recording>;
  close(): Promise<void>;
}

export interface Recording {
  /** Brightness 0..255 of the picture and the time it was seen, s. */
  frames: { seconds: number; brightness: number }[];
  /** Mono −1..1 at `rateHz`; the first sample was heard at `startSeconds`. */
  samples: Float32Array;
  rateHz: number;
  startSeconds: number;
}

export async function openStudio(width: number, height: number): Promise<Studio> {
  const folder = await mkdtemp(join(tmpdir(), 'studio-'));
  const env = { ...(process.env as Record<string, string>), DISPLAY, XDG_RUNTIME_DIR: folder, HOME: folder };
  const screen = spawn('Xvfb', [DISPLAY, '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'], { stdio: 'ignore' });
  const sound = spawn(
    'pulseaudio',
    [
      '-n',
      '--daemonize=no',
      '--exit-idle-time=-1',
      '--disallow-exit',
      '-L',
      'module-native-protocol-unix',
      '-L',
      'module-null-sink sink_name=null rate=48000',
    ],
    { stdio: 'ignore', env },
  );
  await delay(1500);
  return {
    env,
    record: (left, top, size, seconds) => record(folder, env, left, top, size, seconds),
    async close() {
      screen.kill();
      sound.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function record(
  folder: string,
  env: NodeJS.ProcessEnv,
  left: number,
  top: number,
  size: number,
  seconds: number,
): Promise<Recording> {
  const file = join(folder, 'out.nut');
  const camera: string[] = [
    '-thread_queue_size',
    '512',
    '-f',
    'x11grab',
    '-framerate',
    '60',
    '-draw_mouse',
    '0',
    '-video_size',
    `${size}x${size}`,
    '-i',
    `${DISPLAY}+${left},${top}`,
  ];
  const microphone = ['-thread_queue_size', '512', '-f', 'pulse', '-fragment_size', '1024', '-i', 'null.monitor'];
  const coding = [
    '-copyts',
    '-vf',
    'scale=16:16',
    '-c:v',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-c:a',
    'pcm_s16le',
    '-ac',
    '1',
    '-fps_mode',
    'passthrough',
  ];
  const ffmpeg = spawn('ffmpeg', ['-y', '-loglevel', 'error', ...camera, ...microphone, ...coding, file], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env,
  });
  await delay(seconds * 1000);
  await stopRecording(ffmpeg);
  return readRecording(folder, file);
}

async function stopRecording(ffmpeg: ChildProcess): Promise<void> {
  const isDone = new Promise((resolve) => ffmpeg.on('exit', resolve));
  ffmpeg.stdin?.write('q');
  await isDone;
}

/** @param folder For what is unpacked. */
export async function readRecording(folder: string, file: string): Promise<Recording> {
  const probe = (...args: string[]) =>
    execFileSync('ffprobe', ['-v', 'error', ...args, '-of', 'csv=p=0'], { encoding: 'utf8', maxBuffer: 1e8 });
  // Side data of a packet has a line of its own.
  const times = probe('-select_streams', 'v', '-show_entries', 'packet=pts_time', file)
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter(Number.isFinite);
  const startSeconds = Number.parseFloat(
    probe('-select_streams', 'a', '-read_intervals', '%+#1', '-show_entries', 'packet=pts_time', file),
  );
  const rateHz = Number.parseInt(probe('-select_streams', 'a', '-show_entries', 'stream=sample_rate', file), 10);
  const picture = join(folder, 'out.gray');
  const sound = join(folder, 'out.pcm');
  execFileSync('ffmpeg', [
    '-y',
    '-loglevel',
    'fatal',
    '-i',
    file,
    '-map',
    '0:v',
    '-vf',
    'scale=16:16',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    '-fps_mode',
    'passthrough',
    picture,
    '-map',
    '0:a',
    '-ac',
    '1',
    '-f',
    's16le',
    sound,
  ]);
  const [pixels, bytes] = await Promise.all([readFile(picture), readFile(sound)]);
  const frames = times.map((seconds, index) => {
    const square = pixels.subarray(index * 256, (index + 1) * 256);
    return { seconds, brightness: square.reduce((sum, value) => sum + value, 0) / square.length };
  });
  const samples = Float32Array.from({ length: bytes.length >> 1 }, (_value, index) => bytes.readInt16LE(index * 2) / 32768);
  return { frames, samples, rateHz, startSeconds };
}
