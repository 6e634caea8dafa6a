import * as mitata from "mitata";
import type { CellResult } from "../result.ts";
import { shapes } from "./grid.ts";

/** mitata's own plots; its typings leave them out. */
interface MitataPlots {
  readonly $: {
    readonly barplot: {
      ascii(
        values: Record<string, number>,
        labelWidth: number,
        width: number,
        options: { steps: number; colors: null },
      ): string[];
    };
  };
}

const { $ } = mitata as unknown as MitataPlots;
const plotted = ["13 B, whole", "64 KiB, 16 KiB", "1 MiB, 16 KiB"];

/** Bars of ns per response at a few points of the grid, drawn by mitata. */
export function plotCells(cells: readonly CellResult[]): string {
  return shapes
    .filter(({ name }) => plotted.includes(name))
    .flatMap(({ name }) => {
      const own = cells.filter(({ fixture }) => fixture === name);
      const values = Object.fromEntries(
        own.map(({ strategy, metrics }) => [strategy, metrics.nsPerResponse?.value ?? 0]),
      );
      if (own.length < 2) return [];
      const width = Math.max(...own.map(({ strategy }) => strategy.length));
      const bars = $.barplot.ascii(values, width, 44, { steps: -10, colors: null });
      return [`${name}\n${bars.join("\n")}\n`];
    })
    .join("\n");
}
