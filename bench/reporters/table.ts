/** A column: its heading, and on which side its cells align. */
export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** Rows under their headings, each column as wide as its widest cell. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? "";
        const width = widths[index] ?? 0;
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("   ")
      .trimEnd();
  const headings = columns.map(({ heading }) => heading);
  return [headings, ...rows].map((cells) => `  ${line(cells)}\n`).join("");
}
