import { Markup, markup } from './markup.ts';

/**
 * What all charts have in common: a standalone SVG without a background, readable on light and dark, with a
 * description in words.
 */
export interface Drawing {
  title: string;
  /** The description for people who cannot see the chart. */
  says: string;
  width: number;
  height: number;
  content: Markup;
}

/** Estimated width of a character at 12 pixels, generously: text cannot be measured here. */
export const CHARACTER = 6.8;

/**
 * Colours also differ in lightness, and lines also in their dashes. Contrast is at least 4.5 on both
 * backgrounds.
 */
const STYLE = `
.chart{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;--ink:#1f2328;--quiet:#59636e;--rule:#d8dee4;
--c0:#0b5cad;--c1:#b34700;--c2:#0b7a5a;--c3:#8a3d85}
@media (prefers-color-scheme:dark){.chart{--ink:#f0f6fc;--quiet:#9ba4ae;--rule:#343b44;
--c0:#62aefc;--c1:#f2994a;--c2:#45c096;--c3:#e09adb}}
.chart text{fill:var(--ink)}.chart .quiet{fill:var(--quiet)}.chart .name{font-size:14px;font-weight:600}
.chart .rule{stroke:var(--rule);stroke-width:1}.chart .base{stroke:var(--quiet);stroke-width:1}
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.chart .hover{fill:var(--ink);fill-opacity:0;pointer-events:all}.chart .hover:hover{fill-opacity:.08}
.chart .s0{stroke:var(--c0)}.chart .s1{stroke:var(--c1);stroke-dasharray:7 5}
.chart .s2{stroke:var(--c2);stroke-dasharray:1 5}.chart .s3{stroke:var(--c3);stroke-dasharray:10 5 1 5}
.chart .f0{fill:var(--c0)}.chart .f1{fill:var(--c1)}.chart .f2{fill:var(--c2)}.chart .f3{fill:var(--c3)}
`;

export const COLOURS = 4;

export function svgOf({ title, says, width, height, content }: Drawing): string {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${title}: ${says}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${new Markup(STYLE)}</style>
<text class="name" x="0" y="16">${title}</text>
${content}
</svg>
`.text;
}

/** Half a pixel is precise enough, and keeps the file small. */
export function pixels(value: number): number {
  return Math.round(value * 2) / 2;
}
