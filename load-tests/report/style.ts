/** The report's style: light and dark, wide and narrow. It contains no URL: the page makes no requests. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1f2328;--quiet:#59636e;--rule:#d8dee4;--panel:#f6f8fa;
--good:#116329;--bad:#b3141f}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#f0f6fc;--quiet:#9ba4ae;--rule:#343b44;
--panel:#161b22;--good:#4ac26b;--bad:#ff7b72}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:1.5rem 1rem 4rem;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0}
.quiet{color:var(--quiet)}
.verdict{margin:1.25rem 0 0;padding:1rem 1.25rem;border-radius:.5rem;color:#fff;font-size:1.25rem;font-weight:600;
line-height:1.4}
.verdict.kept{background:#116329}
.verdict.broken{background:#b3141f}
.verdict b{display:block;font-size:.85rem;letter-spacing:.08em;text-transform:uppercase}
.scroll{overflow-x:auto}
.numbers td:last-child,.numbers th:last-child{padding-right:0}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
thead th{color:var(--quiet);font-weight:500}
th{overflow-wrap:normal}
tbody th{font-weight:600}
time,.numbers th{white-space:nowrap}
.numbers td,.numbers th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.pairs th{width:11rem;font-weight:500;color:var(--quiet)}
.state{font-weight:700;white-space:nowrap}
.kept .state{color:var(--good)}
.broken .state{color:var(--bad)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:0}
.figures div{background:var(--panel);border:1px solid var(--rule);border-radius:.5rem;padding:.6rem .8rem}
.figures dt{color:var(--quiet);font-size:.85rem}
.figures dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
figure{margin:1.5rem 0}
figure svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
pre{margin:0;padding:.75rem 1rem;background:var(--panel);border:1px solid var(--rule);border-radius:.5rem;
white-space:pre-wrap}
summary{cursor:pointer}
li{margin:.4rem 0}
@media (max-width:46rem){
.wide{display:none}
.narrow{display:block}
.stacked thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.stacked tr{display:grid;grid-template-columns:auto 1fr;column-gap:.75rem;padding:.6rem 0;
border-bottom:1px solid var(--rule)}
.stacked th,.stacked td{border:0;padding:0}
.stacked .claim,.stacked .counted{grid-column:1/-1}
.stacked .counted{color:var(--quiet)}
.pairs th{width:8rem}
.numbers{font-size:.8rem}
.numbers th,.numbers td{padding-right:.5rem}
}
`;
