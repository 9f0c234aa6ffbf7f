// The look of the page: ink on paper, and at night the other way round. One accent, the seal's red, for the verdict.
export const css = `
:root {
  --paper: #faf8f3; --card: #ffffff; --ink: #1f1d1a; --soft: #6b665d; --line: #e4dfd3; --seal: #b03a2e; --sealsoft: #f9ece9;
  --c0: #1f6f8b; --c1: #c8553d; --c2: #588157; --c3: #8a5a9e; --c4: #b8860b; --c5: #3d5a80; --c6: #a44a6b; --c7: #5f6b6d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --card: #201f1c; --ink: #ece7dc; --soft: #a39c8d; --line: #35322c; --seal: #e8776a; --sealsoft: #33211e;
    --c0: #66b7d3; --c1: #ee8c74; --c2: #93c18f; --c3: #c39ad6; --c4: #e3b94a; --c5: #8fb0dc; --c6: #df8fb0; --c7: #a9b5b7;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif }
main { max-width: 1060px; margin: 0 auto; padding: 40px 24px 80px }
header h1 { font: 600 34px/1.2 Georgia, "Noto Serif", "Noto Serif CJK SC", serif; margin: 0 0 6px }
header p { margin: 0 0 26px; color: var(--soft); max-width: 70ch }
h2 { font: 600 22px/1.3 Georgia, "Noto Serif", "Noto Serif CJK SC", serif; margin: 46px 0 12px }
h3 { font-size: 15px; margin: 0 0 8px }
.verdict { background: var(--sealsoft); border-left: 5px solid var(--seal); border-radius: 4px; padding: 18px 22px }
.verdict b { display: block; font-size: 21px; margin-bottom: 4px }
.verdict b span { color: var(--seal) }
.verdict p { margin: 0; max-width: 80ch }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px; overflow-x: auto }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 18px }
.note { color: var(--soft); font-size: 14px; margin: 8px 2px }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: 5px 14px 5px 0; vertical-align: top; overflow-wrap: anywhere }
thead th { border-bottom: 2px solid var(--line); white-space: nowrap }
tbody td, tbody th { border-bottom: 1px solid var(--line) }
tbody th { font-weight: 400; color: var(--soft); white-space: nowrap }
tr.group th { padding-top: 18px; color: var(--ink); font-weight: 600; border-bottom: 1px solid var(--ink) }
tr.same td { color: var(--soft) }
th i { display: inline-block; width: 11px; height: 11px; border-radius: 50%; background: currentColor; margin-right: 8px }
td.win { font-weight: 600 }
label.only { float: right; color: var(--soft); font-size: 14px; margin-top: 8px; cursor: pointer }
main:has(#differs:checked) tr.same { display: none }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 14px; margin-bottom: 4px }
.legend i { display: inline-block; width: 18px; height: 3px; vertical-align: middle; margin-right: 7px; background: currentColor }
.legend span span { color: var(--ink) }
svg { display: block; width: 100%; height: auto }
svg text { font: 12.5px system-ui, "Segoe UI", "Noto Sans", sans-serif; fill: var(--soft) }
svg .name, svg .value { fill: var(--ink) }
svg .title { fill: var(--soft) }
svg .grid { stroke: var(--line); stroke-width: 1 }
svg .axis { stroke: var(--soft); stroke-width: 1 }
svg .train { fill: none; stroke: currentColor; stroke-width: 1.2; opacity: .45 }
svg .validation { fill: none; stroke: currentColor; stroke-width: 2.4 }
svg .whisker { stroke: currentColor; stroke-width: 3; opacity: .4; stroke-linecap: round }
svg .dot { fill: currentColor; stroke: var(--card); stroke-width: 1.5 }
svg .beaten { fill: var(--card); stroke: currentColor; stroke-width: 2.5 }
svg .frontier { fill: none; stroke: var(--soft); stroke-width: 1.3; stroke-dasharray: 5 4 }
${Array.from({ length: 8 }, (_, i) => `.s${i} { color: var(--c${i}) }`).join("\n")}
blockquote { margin: 0 0 14px; padding: 10px 14px; border-left: 3px solid currentColor; background: var(--paper); border-radius: 0 6px 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 15px/1.6 Georgia, "Noto Serif", "Noto Serif CJK SC", serif }
blockquote span { color: var(--ink) } blockquote em { color: var(--soft); font-style: normal }
pre { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 14px; overflow-x: auto; font-size: 13px; line-height: 1.5 }
code { font-size: 13px; overflow-wrap: anywhere }
details summary { cursor: pointer; color: var(--soft) }
.funnel { display: grid; grid-template-columns: max-content 1fr max-content; gap: 6px 12px; align-items: center; font-size: 14.5px }
.funnel div { height: 14px; border-radius: 3px; background: var(--c0); min-width: 2px } .funnel div.out { background: var(--seal) } .funnel div.fixed { background: var(--c4) }
@media print { body { background: #fff } .card, .verdict { break-inside: avoid } label.only { display: none } }
`
