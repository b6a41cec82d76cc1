/**
 * Drawing is compared with pictures of the built-in avatars that people have looked at (`npm run goldens` takes them anew).
 * Software GL draws both, so hardly anything may differ: a tile fails above a mean ΔE of 0.8, or when more than 1 % of its
 * pixels differ visibly (ΔE above 6). Tiles that do are written to `test-results/goldens`: golden, drawn, difference × 8.
 */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { BUILT_IN_AVATARS } from '../../src/avatar/built-in-avatars.js';

const MAX_MEAN_DELTA_E = 0.8;
const MAX_DIFFERING_SHARE = 0.01;
const MAX_BYTES = 400_000;
const OUTPUT = 'test-results/goldens';

interface TileDifference {
  meanDeltaE: number;
  differingShare: number;
}
interface Tile {
  label: string;
  pose?: Record<string, number>;
}
interface Comparison {
  compare(a: Uint8Array, b: Uint8Array, size: number): Promise<TileDifference[] | null>;
  show(a: Uint8Array, b: Uint8Array, size: number, tile: number): Promise<Uint8Array>;
}
interface GoldenTiles {
  TILE_SIZE: number;
  TILE_LABELS: string[];
  goldenSheet(avatar: string, change?: (tile: Tile) => Tile): object;
  goldenPath(avatar: string): string;
}
type Drawing = {
  withDrawingPage(work: (draw: (sheet: object) => Promise<Uint8Array>, comparison: Comparison) => Promise<void>): Promise<void>;
};

const script = async <Module>(name: string) => (await import(pathToFileURL(`scripts/${name}`).href)) as Module;

function failuresOf(tiles: TileDifference[] | null, labels: string[]): string[] {
  if (!tiles) return ['the golden has another size'];
  const isWrong = ({ meanDeltaE, differingShare }: TileDifference) => meanDeltaE > MAX_MEAN_DELTA_E || differingShare > MAX_DIFFERING_SHARE;
  return labels.filter((_, tile) => isWrong(tiles[tile]));
}

test('the built-in avatars look as they did when somebody looked', async () => {
  test.setTimeout(120_000);
  const { TILE_SIZE, TILE_LABELS, goldenSheet, goldenPath } = await script<GoldenTiles>('golden-tiles.js');
  const { withDrawingPage } = await script<Drawing>('drawing-page.js');
  await rm(OUTPUT, { recursive: true, force: true });
  const failures: string[] = [];
  await withDrawingPage(async (draw, { compare, show }) => {
    for (const avatar of BUILT_IN_AVATARS) {
      const [golden, drawn] = [await readFile(goldenPath(avatar)), await draw(goldenSheet(avatar))];
      const tiles = await compare(golden, drawn, TILE_SIZE);
      for (const label of failuresOf(tiles, TILE_LABELS)) {
        const tile = TILE_LABELS.indexOf(label);
        const path = join(OUTPUT, `${avatar} ${label}.png`);
        await mkdir(OUTPUT, { recursive: true });
        if (tile >= 0) await writeFile(path, await show(golden, drawn, TILE_SIZE, tile));
        failures.push(
          `${path}: mean ΔE ${tiles?.[tile]?.meanDeltaE.toFixed(2)}, ${((tiles?.[tile]?.differingShare ?? 1) * 100).toFixed(1)} % differ`,
        );
      }
    }
    // What the comparison is worth: a mouth a little less open and a wink are seen, and in no other tile.
    const change = (tile: Tile): Tile => {
      if (tile.label === 'aa') return { ...tile, pose: { jawOpen: 0.5 } };
      return tile.label === 'm b p' ? { ...tile, pose: { ...tile.pose, eyeBlinkLeft: 0.4 } } : tile;
    };
    const changed = await compare(await readFile(goldenPath('aria')), await draw(goldenSheet('aria', change)), TILE_SIZE);
    const isUnchanged = failures.every((failure) => !failure.includes('aria'));
    if (isUnchanged) expect(failuresOf(changed, TILE_LABELS)).toEqual(['aa', 'm b p']);
  });
  expect(failures).toEqual([]);
});

test('the goldens stay small', async () => {
  const { goldenPath } = await script<GoldenTiles>('golden-tiles.js');
  const sizes = await Promise.all(BUILT_IN_AVATARS.map(async (avatar) => (await stat(goldenPath(avatar))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BYTES);
});
