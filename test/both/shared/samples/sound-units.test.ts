import { assert, describe, it } from '#test';
import { soundUnits } from '../../../../src/shared/samples/sound-units.js';
import { ascii, joined, number, randomBytes } from '../../../helpers/sound-files.js';

function oggPage(flags: number, bytes: number): Uint8Array<ArrayBuffer> {
  return joined(ascii('OggS\0'), Uint8Array.of(flags), new Uint8Array(20), Uint8Array.of(1, bytes), randomBytes(bytes));
}

const box = (type: string, body: Uint8Array): Uint8Array<ArrayBuffer> => joined(number(8 + body.length, 4, 'be'), ascii(type), body);

describe('soundUnits', () => {
  const files: [string, Uint8Array<ArrayBuffer>][] = [
    ['Ogg', joined(oggPage(2, 30), oggPage(2, 20), oggPage(0, 200), oggPage(4, 10), oggPage(4, 9))],
    ['MP4', joined(box('ftyp', ascii('M4A ')), box('mdat', ascii('ftypftyp')), box('moov', randomBytes(40)))],
    ['FLAC', joined(ascii('fLaC\0\0\0\x22'), randomBytes(34), ascii('fLaC'), randomBytes(100))],
    ['WebM', joined(ascii('\x1aE\xdf\xa3\x84\x42\x82\x81w'), randomBytes(100))],
    ['others', randomBytes(100)],
  ];
  for (const [name, file] of files) {
    it(`leaves one file in one piece: ${name}`, () => {
      assert.deepEqual(soundUnits(file), [file]);
    });
    if (name === 'others') continue;
    it(`parts one from the next: ${name}`, () => {
      assert.deepEqual(soundUnits(joined(file, file, file)), [file, file, file]);
    });
  }
});
