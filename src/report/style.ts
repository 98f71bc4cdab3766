// The style sheet of a report. Text has at least 4.5 times the luminance of its ground or a 4.5th of it, in both
// schemes; blue and orange differ for every kind of eye, and dashes, outlines and crosses say the same once more.

export const style: string = `
:root {
  --paper: #fdfdfc; --ink: #1d2024; --quiet: #586069; --rule: #dfe2e6; --faint: #f1f3f5;
  --ours: #0b62a4; --control: #b04a10; --wash: #0b62a41f; --warn: #fff3dc; --warn-edge: #d08700;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e4e7ea; --quiet: #9ea6af; --rule: #343a41; --faint: #1e2125;
    --ours: #6cb4f5; --control: #f0a05a; --wash: #6cb4f52e; --warn: #33270f; --warn-edge: #d99a2b;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.5rem 1rem 3rem; max-width: 62rem; }
@media (min-width: 40rem) { body { padding: 4rem 2rem; } }
h1, h2, .lead { font-family: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "DejaVu Serif", serif; }
h1 { margin: 0; font-size: clamp(1.9rem, 6vw, 2.7rem); line-height: 1.15; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.on { color: var(--quiet); font-weight: 400; }
.lead { margin: 1rem 0 1.6rem; max-width: 46rem; font-size: clamp(1.1rem, 3.4vw, 1.3rem); line-height: 1.5; }
h2 { margin: 0 0 0.6rem; font-size: 1.5rem; font-weight: 600; }
h3 { margin: 1.8rem 0 0.4rem; font-size: 1rem; font-weight: 650; overflow-wrap: anywhere; }
h2 + h3, .pair h3 { margin-top: 0.4rem; }
p { margin: 0.4rem 0 0.9rem; max-width: 46rem; overflow-wrap: anywhere; }
section > p, .callout, figcaption, footer, dl { font-size: 0.92rem; }
section > p { color: var(--quiet); }
section { margin-top: 3.2rem; padding-top: 1.4rem; border-top: 1px solid var(--rule); }
small { color: var(--quiet); font-size: 0.85em; font-weight: 400; }
code, pre { font-family: var(--mono); font-size: 0.85rem; }
.callout { margin: 0 0 0.8rem; padding: 0.7rem 0.9rem; max-width: 46rem; background: var(--warn); border-left: 4px solid var(--warn-edge); overflow-wrap: anywhere; }

table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0.6rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
th:last-child, td:last-child { padding-right: 0; }
th.text, td.text { text-align: left; }
thead th { color: var(--quiet); font-weight: 500; font-size: 0.85rem; vertical-align: bottom; }
tbody th { font-weight: 500; overflow-wrap: break-word; min-width: 4.5rem; max-width: 16rem; }
td { white-space: nowrap; }
.headline { max-width: 46rem; font-size: 1rem; }
.headline tbody tr:first-child td:not(:last-child) { font-weight: 650; }
.headline td small { display: block; }
.headline td:last-child { color: var(--quiet); }
@media (max-width: 40rem) {
  .headline tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); column-gap: 0.6rem; border-bottom: 1px solid var(--rule); }
  .headline :is(td, th) { border: 0; padding: 0.1rem 0 0.35rem; white-space: normal; }
  .headline tbody th { grid-column: 1 / -1; padding: 0.35rem 0 0; color: var(--quiet); font-size: 0.9rem; }
  .headline tbody td:nth-child(2) { text-align: left; }
  .headline thead th:nth-child(2) { text-align: left; }
  .headline thead :is(td:first-child) { display: none; }
}
@media (max-width: 40rem) {
  th, td { padding-inline: 0.35rem; }
  .stacks thead { display: none; }
  .stacks tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 0.8rem; padding: 0.5rem 0; border-bottom: 1px solid var(--rule); }
  .stacks :is(th, td) { overflow-wrap: anywhere; max-width: none; border: 0; padding: 0.1rem 0; width: auto !important; min-width: 0 !important; text-align: left; white-space: normal; }
  .stacks th { grid-column: 1 / -1; }
  .stacks td:empty { display: none; }
  .stacks td[data-title]::before { content: attr(data-title); display: block; color: var(--quiet); font-size: 0.8rem; }
}
.scroll { overflow-x: auto; margin: 0.6rem 0 1rem; }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible { outline: 2px solid var(--ours); outline-offset: 3px; }
.before { color: var(--quiet); }
.after { font-weight: 600; }
.share { font-weight: 600; }
tfoot :is(th, td) { border-bottom: 0; font-weight: 500; }
.shares td { width: 44%; min-width: 6.5rem; white-space: normal; }
.shares td:last-child:nth-child(2) { width: 75%; }
.times td:nth-child(2) { width: 75%; min-width: 9rem; white-space: normal; }
.costs td:nth-child(5) { width: 34%; min-width: 11rem; }

.pair { display: grid; gap: 1.6rem 2.4rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 46rem) { .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
.pair svg:not(.bar) { max-width: 32rem; }
.multiples { display: grid; gap: 1.3rem 1.6rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); margin: 1rem 0; }
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: 0.5rem; color: var(--quiet); overflow-wrap: anywhere; }
figcaption b { color: var(--ink); font-weight: 600; }
.multiples figcaption { line-height: 1.35; }
.multiples small, .left { display: block; }
.left { color: var(--ink); font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; margin: 0.6rem 0 1rem; padding: 0; list-style: none; font-size: 0.88rem; color: var(--quiet); }
.legend li { display: flex; align-items: center; gap: 0.5rem; }

svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
svg.bar { height: revert-layer; margin: 0.35rem 0 0.2rem; overflow: hidden; }
svg.swatch { width: 28px; height: 12px; flex: none; }
svg.ramp { width: 75px; height: 15px; outline: 1px solid var(--rule); }
svg .band { fill: var(--ink); font-size: 11px; }
svg .cell { fill: var(--ink); font-size: 10.5px; }
svg.confusion .tick { font-size: 10px; }
.grid, .base { stroke: var(--rule); stroke-width: 1; }
.border { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 1 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.ours { stroke: var(--ours); }
.line.control { stroke: var(--control); stroke-dasharray: 6 4; }
.dot.ours, .mark.ours { fill: var(--ours); }
.dot.control, .mark.control { fill: var(--control); }
.mark { stroke: var(--paper); stroke-width: 1.5; }
.area { fill: var(--wash); }
.spark .line { stroke-width: 1.6; }
.strip { fill: transparent; }
.strip:hover { fill: var(--wash); }
.track { fill: var(--faint); }
rect.ours, .read { fill: var(--ours); }
rect.outline { fill: none; stroke: var(--quiet); stroke-width: 1; vector-effect: non-scaling-stroke; }
.unread, .plate { fill: var(--faint); }
.map { max-width: 26rem; outline: 1px solid var(--rule); shape-rendering: crispEdges; }
.pixels { image-rendering: pixelated; }
.zero rect { fill: none; stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 2 2; }
.zero path { stroke: var(--quiet); stroke-width: 1; }
.right { fill: var(--wash); }
.mistaken { fill: var(--control); }

details { margin: 0.8rem 0; }
summary { cursor: pointer; font-size: 0.92rem; font-weight: 500; }
pre { margin: 0.6rem 0; padding: 0.9rem 1rem; overflow-x: auto; background: var(--faint); border-radius: 4px; line-height: 1.5; }
dl { margin: 1.2rem 0; }
dl div { display: grid; grid-template-columns: minmax(0, 14rem) minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--rule); }
@media (max-width: 40rem) { dl div { grid-template-columns: minmax(0, 1fr); } }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.hash { font-size: 0.8rem; }
footer { margin-top: 3rem; color: var(--quiet); }

@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --rule: #ccc; --faint: #f2f2f2; --ours: #0b62a4; --control: #b04a10; --wash: #0b62a41f; --warn: #fff; --warn-edge: #000; }
  html { font-size: 12px; }
  body { padding: 0; max-width: none; }
  .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  figure, tr, .callout { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll, pre { overflow: visible; white-space: pre-wrap; }
}
`;
