/** How the page looks: light, dark and on paper, without anything from elsewhere. Contrast is 4.5 or more (WCAG 2.2, 1.4.3). */
export const style = `
:root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --back: #ffffff; --panel: #f4f6f8; --line: #c3cad2;
  --good: #1a7f37; --bad: #cf222e; --error: #8a5a00; --fault: #b04800; --mark: #ffe9e7; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9da7b1; --back: #0d1117; --panel: #161b22;
  --line: #3d444d; --good: #4cc261; --bad: #ff7b72; --error: #e0a93b; --fault: #f0883e; --mark: #3c1618; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem 1.5rem 4rem; background: var(--back); color: var(--text);
  font: 0.95rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; } h3 { font-size: 1rem; margin: 1.2rem 0 0.4rem; }
a { color: inherit; text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--fault); outline-offset: 2px; }
code, pre, .mono { font-family: ui-monospace, monospace; font-size: 0.85rem; }
pre { margin: 0.3rem 0; padding: 0.5rem 0.7rem; background: var(--panel); border: 1px solid var(--line); border-radius: 4px;
  overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 0.4rem 0; } .wide { overflow-x: auto; }
th, td { padding: 0.2rem 0.7rem 0.2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.grid th, .grid td { padding: 0.2rem 0.6rem; border: 1px solid var(--line); }
.grid .wrong { background: var(--mark); border: 3px double var(--bad); font-weight: 600; }
.muted { color: var(--muted); }
.verdict { font-weight: 600; white-space: nowrap; }
.Passed { color: var(--good); } .Failed { color: var(--bad); } .Error { color: var(--error); } .Skipped { color: var(--muted); }
article { margin: 2rem 0; padding: 0 1rem 1rem; border: 1px solid var(--line); border-radius: 6px; }
article.bad { border-left: 6px solid var(--bad); }
summary { cursor: pointer; padding: 0.15rem 0; }
.step { margin-left: 0.5rem; } .step > div { margin: 0 0 0.6rem 1.2rem; }
svg { display: block; max-width: 100%; height: auto; margin: 0.4rem 0; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); } svg .small { font-size: 10px; fill: var(--muted); }
svg .halo { paint-order: stroke; stroke: var(--back); stroke-width: 4px; }
svg .node { fill: var(--panel); stroke: var(--muted); } svg .wire { fill: none; stroke: var(--muted); stroke-width: 1.5; }
svg .thin { stroke-width: 0.7; stroke-dasharray: 1 2; }
svg .faulty { stroke: var(--fault); stroke-width: 3; stroke-dasharray: 6 4; }
svg .badge { fill: var(--fault); } svg text.onbadge { fill: var(--back); font-weight: 700; }
svg .axis { stroke: var(--line); } svg .band { fill: var(--fault); opacity: 0.14; } svg .fault { fill: var(--fault); }
svg .bar.Passed, svg .succeeded { fill: var(--good); } svg .bar.Failed, svg .failed { fill: var(--bad); }
svg .bar.Error { fill: var(--error); } svg .bar.Skipped { fill: var(--muted); }
svg .failed { stroke: var(--text); stroke-width: 0.7; } svg .slowest { fill: none; stroke: var(--text); stroke-width: 1.2; }
svg .bound { stroke: var(--fault); stroke-dasharray: 4 3; }
@media print { body { max-width: none; padding: 0; } a { text-decoration: none; } article { break-before: page; border: 0; }
  pre, svg, tr { break-inside: avoid; } article.bad details::details-content { content-visibility: visible; block-size: auto; } }
`;
